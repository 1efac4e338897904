//! Holds every answer that a test gets against the API's own OpenAPI document.

use std::collections::HashMap;

use jsonschema::Validator;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::Answer;

/// The document is the same for every configuration.
static CONTRACT: OnceCell<Contract> = OnceCell::const_new();

const PREFIX: &str = "/api/v1";

/// What the document promises.
struct Contract {
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    /// The parts of the path; `None` for a parameter.
    path: Vec<Option<String>>,
    /// By status, and then by media type; no schema for what is not JSON.
    answers: HashMap<String, HashMap<String, Option<Validator>>>,
}

/// Fails the test where an answer is not one that the document promises.
pub(crate) async fn check(method: &Method, url: &Url, answer: &Answer) {
    let contract = CONTRACT.get_or_init(|| Contract::fetch(url)).await;
    let Some(path) = url.path().strip_prefix(PREFIX) else { return };
    if let Some(operation) = contract.find(method, path) {
        operation.check(answer, &format!("{method} {path}"));
    }
}

impl Contract {
    async fn fetch(url: &Url) -> Self {
        let url = url.join(&format!("{PREFIX}/openapi.json")).unwrap();
        let document: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let parts = path.strip_prefix(PREFIX).unwrap().split('/');
            let path: Vec<_> = parts.map(|part| (!part.starts_with('{')).then(|| part.to_owned())).collect();
            for (method, operation) in item.as_object().unwrap() {
                let answers =
                    operation["responses"].as_object().unwrap().iter().map(|(status, answer)| {
                        (status.clone(), validators(&document["components"], answer))
                    });
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    answers: answers.collect(),
                });
            }
        }
        // What names more of its path is meant first: /devices/import is no device.
        operations.sort_by_key(|operation| operation.path.iter().filter(|part| part.is_none()).count());
        Self { operations }
    }

    fn find(&self, method: &Method, path: &str) -> Option<&Operation> {
        let parts: Vec<&str> = path.split('/').collect();
        self.operations.iter().find(|operation| {
            operation.method == method.as_str()
                && operation.path.len() == parts.len()
                && operation
                    .path
                    .iter()
                    .zip(&parts)
                    .all(|(promised, part)| promised.as_ref().is_none_or(|promised| promised == part))
        })
    }
}

fn validators(components: &Value, answer: &Value) -> HashMap<String, Option<Validator>> {
    let contents = answer["content"].as_object().into_iter().flatten();
    contents
        .map(|(media_type, content)| {
            let schema = json!({"components": components, "allOf": [content["schema"]]});
            let validator = media_type.ends_with("json") && !media_type.contains("ndjson");
            (media_type.clone(), validator.then(|| jsonschema::draft202012::new(&schema).unwrap()))
        })
        .collect()
}

impl Operation {
    fn check(&self, answer: &Answer, name: &str) {
        let promised = self.answers.get(&answer.status.to_string());
        let Some(contents) = promised else {
            panic!("{name} answers {}, which its document does not tell: {}", answer.status, answer.text());
        };
        let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
        if contents.is_empty() {
            assert_eq!(answer.text(), "", "{name} answers {} with a body", answer.status);
            return;
        }
        let Some(validator) = contents.get(media_type) else {
            panic!("{name} answers {} as '{media_type}', which its document does not tell", answer.status);
        };
        if let Some(validator) = validator {
            let body = serde_json::from_slice(&answer.body).unwrap();
            let wrong: Vec<String> = validator
                .iter_errors(&body)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert!(
                wrong.is_empty(),
                "{name} answers {} not as its document tells: {wrong:#?}\n{body}",
                answer.status
            );
        }
    }
}
