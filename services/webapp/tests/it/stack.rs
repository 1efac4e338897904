//! The real web application in front of the real API, on a real PostgreSQL and a real Redis: one of each for all tests, which
//! keep apart by their fleets.

pub(crate) mod away;
mod batch;
mod fleet;
mod history;
mod vehicles;
mod world;

use std::sync::LazyLock;

use argosy_api::{BootstrapOptions, DatabaseConfig, LimitConfig, LiveConfig, RedisConfig, SealConfig};
use argosy_client::Client;
use argosy_runtime::config::{AdminConfig, ApiClientConfig, ListenConfig};
use argosy_testkit::{TestDatabase, TestRedis};
use secrecy::SecretString;
use tokio::{net::TcpListener, runtime::Runtime, sync::OnceCell};
use tokio_util::sync::CancellationToken;

pub(crate) use batch::Batch;
pub(crate) use fleet::{Fleet, PASSWORD};
pub(crate) use history::tell_hour;
use world::Drive;
pub(crate) use world::World;

/// What a user signs in as who sees every fleet.
pub(crate) const ADMIN: &str = "admin@localhost";

const SEAL_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Servers outlive the test that started them, so tests and servers share one runtime.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A world that tests look at and leave as it is; its vehicles drive.
pub(crate) async fn world() -> &'static World {
    static WORLD: OnceCell<(World, Drive)> = OnceCell::const_new();
    let start = async || {
        let world = World::new(Fleet::named("world").await).await;
        let drive = world.drive();
        (world, drive)
    };
    &WORLD.get_or_init(start).await.0
}

/// Runs a test.
pub(crate) fn run(test: impl Future<Output = ()>) {
    RUNTIME.block_on(test);
}

/// The running servers.
pub(crate) struct Stack {
    /// Where the pages are, without a slash at the end.
    pub(crate) url: String,
    /// The API with a token that may do everything.
    pub(crate) root: Client,
    pub(crate) database: TestDatabase,
    _redis: TestRedis,
}

/// The servers; the first test that wants them starts them.
pub(crate) async fn stack() -> &'static Stack {
    static STACK: OnceCell<Stack> = OnceCell::const_new();
    STACK.get_or_init(Stack::start).await
}

impl Stack {
    async fn start() -> Self {
        argosy_runtime::crypto::install();
        let (database, redis) = tokio::try_join!(
            argosy_testkit::database(async |url| argosy_api::migrate(&url).await),
            argosy_testkit::redis(),
        )
        .unwrap();
        let token = bootstrap(database.url.clone()).await;
        let api = start_api(&database, &redis).await;
        let root = Client::builder(api.parse().unwrap()).bearer(token).build().unwrap();
        let url = start_webapp(&api).await;
        Self { url, root, database, _redis: redis }
    }
}

/// Makes the user who may do everything, and a token that may.
async fn bootstrap(database_url: SecretString) -> SecretString {
    let secrets = tempfile::tempdir().unwrap();
    let (password_file, token_file) = (secrets.path().join("password"), secrets.path().join("token"));
    std::fs::write(&password_file, PASSWORD).unwrap();
    let options = BootstrapOptions {
        database: database_config(database_url),
        seal: seal_config(),
        fleet: "first".parse().unwrap(),
        auto_register: false,
        admin_email: ADMIN.into(),
        admin_password_file: password_file,
        token_file: token_file.clone(),
        tokens: Vec::new(),
        device_ca_file: None,
    };
    argosy_api::bootstrap(&options).await.unwrap();
    std::fs::read_to_string(token_file).unwrap().trim_end().into()
}

async fn start_api(database: &TestDatabase, redis: &TestRedis) -> String {
    let (listen, listener) = bind().await;
    let (admin_listen, admin_listener) = bind().await;
    let url = format!("http://{}", listen.listen);
    let config = argosy_api::Config {
        listen,
        admin: AdminConfig { admin_listen: admin_listen.listen, healthy: false },
        database: database_config(database.url.clone()),
        redis: RedisConfig { redis_url: Some(redis.url.clone()), redis_url_file: None, redis_ca: None },
        seal: seal_config(),
        live: LiveConfig { live_mebibytes: 16 },
        limits: LimitConfig { requests_per_minute: 0, batches_per_minute: 0 },
    };
    tokio::spawn(argosy_api::serve(config, listener, admin_listener, CancellationToken::new()));
    url
}

/// Starts the web application before the API at this address, and answers with its own.
pub(crate) async fn start_webapp(api: &str) -> String {
    argosy_runtime::crypto::install();
    let (listen, listener) = bind().await;
    let (admin_listen, admin_listener) = bind().await;
    // Browsers take `localhost` for a secure place, so that the session's cookie holds.
    let url = format!("http://localhost:{}", listen.listen.port());
    let config = argosy_webapp::Config {
        listen,
        admin: AdminConfig { admin_listen: admin_listen.listen, healthy: false },
        api: ApiClientConfig { api_url: api.parse().unwrap(), api_ca: None },
    };
    tokio::spawn(argosy_webapp::serve(config, listener, admin_listener, CancellationToken::new()));
    url
}

async fn bind() -> (ListenConfig, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = listener.local_addr().unwrap();
    (ListenConfig { listen, tls_certificate: None, tls_key: None, drain_seconds: 1 }, listener)
}

fn database_config(url: SecretString) -> DatabaseConfig {
    DatabaseConfig { database_url: Some(url), database_url_file: None, database_connections: 12 }
}

fn seal_config() -> SealConfig {
    SealConfig { seal_key: Some(SEAL_KEY.into()), seal_key_file: None }
}
