//! The pages as HTTP: status, headers, escaping, forms, failures.

mod failures;
mod forms;
mod pages;
mod safety;
mod settings;

use crate::visitor::{Visitor, header};

/// Follows a form's redirect as a browser does, and gives the notice on the page.
async fn notice(visitor: &Visitor, answer: reqwest::Response) -> String {
    assert_eq!(answer.status(), 303);
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    let page =
        visitor.get_with(header(&answer, "location"), &format!("{}; {cookie}", visitor.cookie())).await;
    let forgotten = header(&page, "set-cookie").contains("__Host-argosy_notice=; Path=/; Max-Age=0");
    assert!(forgotten, "it is shown once");
    let text = page.text().await.unwrap();
    let (_, rest) = text.split_once("class=\"notice").expect("there is a notice");
    rest.split_once("<p>").unwrap().1.split_once("</p>").unwrap().0.to_owned()
}
