//! Every page that a person can open by its address.

use argosy_client::ListDeadLetters;

use crate::stack::World;

/// The addresses, in a world that has something to show on each.
pub(crate) async fn addresses(world: &World) -> Vec<String> {
    let mut addresses: Vec<String> = [
        "/",
        "/devices",
        "/devices?search=nothing-like-it",
        "/devices/truck-0001",
        "/devices/truck-0001?range=24h&key=speed&key=door_open",
        "/devices/cold-store-04",
        "/import/devices",
        "/live",
        "/dead-letters",
        "/dead-letters?reason=not_json",
        "/settings",
        "/settings/tokens",
        "/settings/users",
        "/settings/fleets",
        "/settings/audit",
    ]
    .map(ToOwned::to_owned)
    .into();
    let letters = world.fleet.client.list_dead_letters(&ListDeadLetters::default()).await.unwrap();
    addresses.push(format!("/dead-letters/{}", letters.items[0].id));
    addresses
}
