//! Objects of API versions that go.

use super::{
    Loss, Minor, Subject, When,
    objects::Object,
    table::{Api, Table},
};

/// Every object whose API version is gone in a version of Kubernetes, or will be later.
pub(super) fn look(table: &Table, objects: &[Object], kubernetes: Minor) -> Vec<Loss> {
    let find =
        |object: &Object| table.apis.iter().find(|api| api.is_of(object)).map(|api| (api, object.clone()));
    objects.iter().filter_map(find).filter_map(|(api, object)| api.loss(object, kubernetes)).collect()
}

impl Api {
    fn is_of(&self, object: &Object) -> bool {
        self.version == object.api_version && self.kinds.contains(&object.kind)
    }

    fn loss(&self, object: Object, kubernetes: Minor) -> Option<Loss> {
        let Object { api_version, kind, name, file, environments } = object;
        let gone = self.removed.filter(|removed| *removed <= kubernetes);
        let (when, fate) = match (gone, self.removed) {
            (Some(removed), _) => (When::Now, format!("which is gone since {removed}")),
            (None, _) if self.deprecated > kubernetes => return None,
            (None, Some(removed)) => {
                (When::Later, format!("deprecated since {}, gone in {removed}", self.deprecated))
            }
            (None, None) => (When::Later, format!("deprecated since {}", self.deprecated)),
        };
        Some(Loss {
            about: Subject::Api,
            when,
            environments,
            file,
            what: format!("{kind} {name} is of {api_version}, {fate}"),
            mend: match &self.instead {
                Some(instead) => format!("take {instead}"),
                None => "do without it: nothing takes its place".to_owned(),
            },
            source: Some(self.source.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(api_version: &str, kind: &str, kubernetes: &str) -> Option<(When, String, String)> {
        let object = Object {
            api_version: api_version.into(),
            kind: kind.into(),
            name: "argosy/x".into(),
            file: "x.yaml".into(),
            environments: Vec::new(),
        };
        let losses = look(&Table::embedded(), &[object], kubernetes.parse().unwrap());
        losses.into_iter().next().map(|loss| (loss.when, loss.what, loss.mend))
    }

    #[test]
    fn what_is_gone_is_named_with_what_takes_its_place() {
        for (api_version, kind, since, instead) in [
            ("batch/v1beta1", "CronJob", "1.25", "batch/v1"),
            ("policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1"),
            ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.25", "autoscaling/v2"),
            ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "autoscaling/v2"),
            ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", "1.32", "flowcontrol.apiserver.k8s.io/v1"),
            ("extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"),
            ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "1.22", "apiextensions.k8s.io/v1"),
        ] {
            let (when, what, mend) = found(api_version, kind, "1.36").unwrap();
            assert_eq!(when, When::Now);
            assert_eq!(what, format!("{kind} argosy/x is of {api_version}, which is gone since {since}"));
            assert_eq!(mend, format!("take {instead}"));
        }
    }

    #[test]
    fn what_goes_later_is_told_apart_and_what_stays_is_not_named() {
        let (when, what, _) = found("networking.k8s.io/v1beta1", "IPAddress", "1.36").unwrap();
        assert_eq!(
            (when, what.as_str()),
            (
                When::Later,
                "IPAddress argosy/x is of networking.k8s.io/v1beta1, deprecated since 1.34, gone in 1.37"
            )
        );
        assert_eq!(found("networking.k8s.io/v1beta1", "IPAddress", "1.37").unwrap().0, When::Now);
        assert_eq!(found("v1", "Endpoints", "1.36").unwrap().0, When::Later);
        // Before anybody warns of it.
        assert!(found("networking.k8s.io/v1beta1", "IPAddress", "1.33").is_none());
        for (api_version, kind) in
            [("batch/v1", "CronJob"), ("policy/v1", "PodDisruptionBudget"), ("v1", "Service")]
        {
            assert!(found(api_version, kind, "1.37").is_none(), "{kind}");
        }
    }
}
