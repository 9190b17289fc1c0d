use super::*;

#[test]
fn a_share_goes_by_memory_and_never_below_what_the_kernel_takes() {
    let quotas = [128, 512, 1769, 3538, 10_240].map(quota_us);
    assert_eq!(quotas, [1447, 5789, 20_000, 40_000, 115_772]);
    assert_eq!(quota_us(1), LEAST_QUOTA_US);
}

#[test]
fn a_machine_with_fewer_cpus_says_so() {
    assert_eq!(fact(Kind::V1, 512, 2), "0.29 vCPU (cgroup v1)");
    assert_eq!(fact(Kind::V2, 1769, 2), "1.00 vCPU (cgroup v2)");
    assert_eq!(fact(Kind::V1, 3538, 2), "2.00 vCPU (cgroup v1)");
    assert_eq!(fact(Kind::V1, 10_240, 2), "2 of 5.79 vCPU (cgroup v1)");
}

const V1: &str = "\
31 23 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
32 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
33 23 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
";

#[test]
fn our_groups_are_made_below_the_one_that_we_are_in() {
    let own = "4:cpuset:/\n3:cpu,cpuacct:/user/me\n0::/user.slice\n";
    let found = place(V1, own).unwrap();
    assert_eq!(
        found,
        (Kind::V1, "/sys/fs/cgroup/cpu,cpuacct/user/me".into())
    );
    let v2 = "25 22 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
    let found = place(v2, "0::/user.slice/run-1.scope\n").unwrap();
    assert_eq!(
        found,
        (Kind::V2, "/sys/fs/cgroup/user.slice/run-1.scope".into())
    );
    // A container whose mount begins at its own group.
    let inside = "9 8 0:2 /docker/ab /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n";
    let found = place(inside, "2:cpu:/docker/ab/x\n").unwrap();
    assert_eq!(found, (Kind::V1, "/sys/fs/cgroup/cpu/x".into()));
    assert_eq!(place("", own), None);
}

#[test]
fn version_2_gets_threaded_groups_with_the_cpu_handed_down() {
    let parent = tempfile::tempdir().unwrap();
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    fs::write(parent.path().join("cgroup.subtree_control"), "memory\n").unwrap();
    let groups = CpuGroups::below(Kind::V2, parent.path()).unwrap();
    assert_eq!(read(&parent.path().join("cgroup.subtree_control")), "+cpu");
    assert_eq!(read(&groups.folder.join("cgroup.subtree_control")), "+cpu");
    let mut group = groups.group(512).unwrap();
    assert_eq!(read(&group.path.join("cgroup.type")), "threaded");
    assert_eq!(group.threads(), group.path.join("cgroup.threads"));
    group.limit().unwrap();
    group.limit().unwrap();
    let written = read(&group.path.join("cpu.max"));
    assert_eq!(written, "5789 20000max 200005789 20000");
    fs::remove_dir_all(&groups.folder).unwrap();
}

/// Where this system has groups for us; whoever can write them must be given some.
fn real() -> Option<Arc<CpuGroups>> {
    match CpuGroups::new() {
        Ok(groups) => Some(groups),
        Err(error) => {
            let writable =
                nix::unistd::access("/sys/fs/cgroup/cpu/tasks", nix::unistd::AccessFlags::W_OK);
            assert!(writable.is_err(), "{error}");
            None
        }
    }
}

#[test]
fn the_next_start_removes_the_groups_of_a_dead_process_and_spares_the_living() {
    let Some(living) = real() else { return };
    let group = living.group(256).unwrap();
    let parent = living.folder.parent().unwrap();
    let dead = parent.join(format!("{PREFIX}1-deadbeef"));
    fs::create_dir_all(dead.join("7")).unwrap();
    let next = CpuGroups::new().unwrap();
    assert!(!dead.exists());
    assert!(group.path.exists());
    let folders = [living.folder.clone(), next.folder.clone()];
    drop(group);
    drop((living, next));
    assert_eq!(folders.map(|folder| folder.exists()), [false, false]);
}

#[test]
fn a_group_with_a_process_in_it_is_removed_when_the_process_has_ended() {
    let Some(groups) = real() else { return };
    let group = groups.group(256).unwrap();
    let (path, threads) = (group.path.clone(), group.threads());
    let mut child = std::process::Command::new("sleep")
        .arg("60")
        .spawn()
        .unwrap();
    fs::write(threads, child.id().to_string()).unwrap();
    drop(group);
    assert!(path.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    drop(groups.group(256).unwrap());
    assert!(!path.exists());
}
