//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

mod examples;

use argosy_wire::{
    DeviceName, FleetName,
    api::{
        device::DeviceState,
        problem::{CONTENT_TYPE, Problem},
        reading::Aggregate,
    },
    dead_letter::DeadLetterReason,
};
use serde_json::json;
use utoipa::{
    OpenApi as _,
    openapi::{
        Content, ContentBuilder, OpenApi, RefOr, Response, ResponseBuilder,
        path::{Operation, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::live::EventKind;
use examples::Example;

/// The name of the security scheme.
const BEARER: &str = "bearer";

/// What every operation may answer with, besides what it says itself: status, and when.
const COMMON: [(&str, &str); 5] = [
    ("401", "No bearer, or one that is unknown, expired or revoked."),
    ("403", "The bearer lacks the scope."),
    (
        "429",
        "Over the rate limit; Retry-After says how long to wait, RateLimit-Limit, -Remaining and -Reset what there is.",
    ),
    ("500", "Something went wrong on our side; the log has it under the request's id."),
    (
        "503",
        "The database cannot be reached, and nothing was stored; or it did not answer in time. Retry-After says when to try again.",
    ),
];

/// Operations whose body may name a fleet.
const FLEET_IN_BODY: [&str; 2] = ["create_token", "create_user"];

/// Operations that may answer with 409.
const CONFLICTING: [&str; 5] = ["create_device", "create_fleet", "create_user", "delete_user", "update_user"];

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Argosy API",
        description = "Devices, readings and delivery of a fleet.\n\nEvery error is an RFC 9457 problem with a request id. A bearer \
            is a token or a session, with scopes, for one fleet or for all; what belongs to another fleet does not exist for it \
            (404). One who sees several fleets names one by `?fleet=`. Lists go on at `?cursor=<next_cursor>`. What people change \
            has an ETag, and changing it takes `If-Match`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "Where this document comes from.")),
    // What only query strings and paths refer to is not found by itself.
    components(schemas(Problem, FleetName, DeviceName, DeviceState, DeadLetterReason, Aggregate, EventKind)),
    tags(
        (name = "sessions", description = "Signing in and out."),
        (name = "fleets", description = "The tenants: devices, users and tokens belong to one."),
        (name = "devices", description = "What sends readings."),
        (name = "credentials", description = "Certificates that devices identify themselves with."),
        (name = "ingest", description = "Batches of device messages, acknowledged after commit."),
        (name = "readings", description = "What devices sent: as it was, in buckets, the latest, and live."),
        (name = "delivery", description = "What arrived, what is missing, and who is there."),
        (name = "dead letters", description = "Messages that could not be stored, with their reasons."),
        (name = "users", description = "People who sign in."),
        (name = "tokens", description = "Bearers for programs."),
        (name = "audit", description = "Who changed what, when."),
    )
)]
struct ApiDoc;

/// The document without operations.
pub(crate) fn empty() -> OpenApi {
    ApiDoc::openapi()
}

/// Adds to the operations what holds for all of them: the bearer, the common problems, and examples.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The secret of a token (`argosy_...`) or of a session (`argosys_...`)."))
        .build();
    document.components.get_or_insert_default().add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    document.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let example = operation.operation_id.as_deref().and_then(examples::of).unwrap_or_default();
        add_examples(operation, &example);
        add_problems(operation);
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().filter_map(Option::as_mut)
}

fn add_examples(operation: &mut Operation, example: &Example) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            set_example(content, example.request.as_ref());
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            for content in response.content.values_mut() {
                set_example(content, example.response.as_ref());
            }
        }
    }
}

fn set_example(content: &mut RefOr<Content>, example: Option<&serde_json::Value>) {
    if let RefOr::T(content) = content {
        content.example = content.example.take().or_else(|| example.cloned());
    }
}

fn add_problems(operation: &mut Operation) {
    let is_open = operation.security.is_some();
    let responses = &mut operation.responses.responses;
    responses.remove("4XX");
    let has_body = operation.request_body.is_some();
    let has_path = operation.parameters.iter().flatten().any(|parameter| {
        matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == utoipa::openapi::path::ParameterIn::Path)
    });
    let has = |name: &str| {
        operation
            .parameters
            .iter()
            .flatten()
            .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
    };
    let is_one_of = |ids: &[&str]| operation.operation_id.as_deref().is_some_and(|id| ids.contains(&id));
    let names_something = has_path || has("fleet") || is_one_of(&FLEET_IN_BODY);
    let (has_version, has_range, conflicts) = (has("If-Match"), has("from"), is_one_of(&CONFLICTING));
    let own = [
        ("400", "The request cannot be understood.", true),
        ("404", "It does not exist, or not for this bearer.", names_something),
        ("409", "It would contradict what is there.", conflicts),
        ("412", "It was changed since the ETag that If-Match names.", has_version),
        ("428", "If-Match is missing.", has_version),
        ("413", "The body is too large.", has_body),
        ("415", "The body's Content-Type is another.", has_body),
        (
            "422",
            "It is understood and not valid: an unknown field, a value out of range, a range that ends before it begins.",
            has_body || has_range,
        ),
    ];
    let own = own.into_iter().filter(|(.., applies)| *applies).map(|(status, when, _)| (status, when));
    let common = COMMON.into_iter().filter(|(status, _)| !(is_open && *status == "403"));
    for (status, when) in own.chain(common) {
        responses.insert(status.to_owned(), RefOr::T(problem(status, when)));
    }
}

fn problem(status: &str, when: &str) -> Response {
    let status: u16 = status.parse().unwrap_or_default();
    let title = axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let title = title.unwrap_or_default();
    let example = json!({
        "type": format!("urn:argosy:problem:{}", title.to_lowercase().replace(' ', "_")),
        "title": title,
        "status": status,
        "detail": when,
        "request_id": "01995a3c4d2f7c1e8f0a1b2c3d4e5f60",
    });
    let schema = utoipa::openapi::Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).example(Some(example)).build();
    ResponseBuilder::new().description(when).content(CONTENT_TYPE, content).build()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::router;

    fn document() -> Value {
        serde_json::to_value(router::document()).unwrap()
    }

    fn each_operation(document: &Value, mut check: impl FnMut(&str, &Value)) {
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                check(&format!("{method} {path}"), operation);
            }
        }
    }

    #[test]
    fn every_operation_says_its_scope_and_gives_examples() {
        let mut count = 0;
        each_operation(&document(), |name, operation| {
            count += 1;
            let words = operation["description"].as_str().unwrap_or_default();
            assert!(words.contains("Scope: ") || words.contains("Needs no bearer"), "{name}: {words}");
            assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{name}");
            for (place, content) in contents(operation) {
                assert!(content.get("example").is_some(), "{name}: {place} has no example");
            }
            assert!(operation["responses"]["503"].is_object(), "{name}");
        });
        assert!(count > 30, "{count}");
    }

    fn contents(operation: &Value) -> Vec<(String, Value)> {
        let responses = operation["responses"].as_object().unwrap().iter();
        let mut bodies: Vec<(String, &Value)> =
            responses.map(|(status, body)| (status.clone(), body)).collect();
        bodies.push(("the request".into(), &operation["requestBody"]));
        let contents =
            bodies.into_iter().filter_map(|(place, body)| Some((place, body["content"].as_object()?)));
        contents
            .flat_map(|(place, content)| {
                content.values().map(move |content| (place.clone(), content.clone()))
            })
            .collect()
    }

    #[test]
    fn the_document_is_whole() {
        let document = document();
        assert_eq!(document["openapi"].as_str().unwrap().split('.').take(2).collect::<Vec<_>>(), ["3", "1"]);
        let mut ids = Vec::new();
        each_operation(&document, |name, operation| {
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for part in name.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                let is_declared = |parameter: &Value| parameter["in"] == "path" && parameter["name"] == part;
                assert!(parameters.iter().any(is_declared), "{name}: {part} is not declared");
            }
        });
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "operation ids differ");
        check_references(&document, &document);
    }

    fn check_references(document: &Value, value: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                fields.values().for_each(|field| check_references(document, field));
            }
            Value::Array(items) => items.iter().for_each(|item| check_references(document, item)),
            _ => {}
        }
    }
}
