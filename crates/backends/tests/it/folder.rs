//! Folders where root runs servers as a user that cannot reach them.

use std::os::unix::fs::PermissionsExt as _;

use argosy_backends::{Error, Redis, folder_for, free_port, remove_folder};

use crate::is_root;

#[tokio::test]
async fn a_folder_out_of_reach_is_kept_elsewhere() {
    if !is_root() {
        eprintln!("skipped: servers run as this user, who reaches its own folders");
        return;
    }
    // Closed to others, as /root is.
    let parent = tempfile::tempdir().unwrap();
    std::fs::set_permissions(parent.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let wanted = parent.path().join("redis");
    let real = folder_for(&wanted).unwrap();
    assert!(real.starts_with("/var/lib/argosy"), "{}", real.display());

    let mut redis = Redis::prepare(&wanted, free_port().unwrap()).unwrap();
    assert_eq!(redis.folder(), real);
    redis.start().await.unwrap();
    assert_eq!(std::fs::read_link(&wanted).unwrap(), real);
    assert!(matches!(remove_folder(&wanted), Err(Error::InUse { .. })));
    redis.stop().await.unwrap();
    drop(redis);

    // What was removed where it was wanted is forgotten where it is.
    std::fs::write(real.join("old"), "data").unwrap();
    drop(Redis::prepare(&wanted, 1).unwrap());
    assert!(real.join("old").exists());
    std::fs::remove_file(&wanted).unwrap();
    drop(Redis::prepare(&wanted, 1).unwrap());
    assert!(!real.join("old").exists());

    remove_folder(&wanted).unwrap();
    assert!(!real.exists() && !wanted.is_symlink());
}
