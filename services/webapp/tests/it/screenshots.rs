//! Every page in both colours and three widths, for people to look at: `make screenshots`.

mod camera;
mod shots;

use std::time::Duration;

use argosy_client::ListDeadLetters;

use crate::{
    browser::{self, Theme},
    stack::{ADMIN, Fleet, PASSWORD, World, away, run},
};
use camera::Camera;

const WIDTHS: [u32; 3] = [360, 768, 1440];
/// Until the moment in which the world was made, when it heard far too much, is not the present any more.
const CALM: Duration = Duration::from_secs(14);

#[test]
#[ignore = "takes minutes, and a person to look at what it made"]
fn screenshots() {
    run(async {
        let world = World::new(Fleet::named("demo").await).await;
        let _drive = world.drive();
        let nothing = Fleet::new().await;
        let away = away::start().await;
        let letters = world.fleet.client.list_dead_letters(&ListDeadLetters::default()).await.unwrap();
        let letter = letters.items.iter().find(|letter| letter.reason.as_str() == "not_json").unwrap().id;
        tokio::time::sleep(CALM).await;
        world.tell_traffic().await;
        let every_fleet = format!(
            "document.querySelector('#email').value = '{ADMIN}';
             document.querySelector('#password').value = '{PASSWORD}';
             document.querySelector('.card').submit()"
        );
        let tab = browser::open().await;
        let mut camera = Camera::new(&tab);
        for theme in Theme::BOTH {
            for width in WIDTHS {
                tab.theme(theme).await;
                tab.leave().await;
                camera.take(&shots::DOOR, theme, width).await;
                camera.take_one(("every-fleet", "/sign-in", &every_fleet), theme, width).await;
                tab.become_person_of(&nothing).await;
                camera.take(&shots::NOTHING, theme, width).await;
                tab.become_person_of(&world.fleet).await;
                camera.take(&shots::WORLD, theme, width).await;
                camera
                    .take_one(
                        ("dead-letter", &format!("/dead-letters/{letter}"), shots::DETAILS),
                        theme,
                        width,
                    )
                    .await;
                camera.take_one(("away", &format!("{away}/devices"), ""), theme, width).await;
            }
        }
        for theme in Theme::BOTH {
            tab.theme(theme).await;
            for width in WIDTHS {
                camera.take(&shots::MADE, theme, width).await;
            }
        }
        println!("{} pictures in {}", camera.count, camera.folder.display());
    });
}
