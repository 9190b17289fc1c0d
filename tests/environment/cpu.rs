//! The CPU share that goes with the memory: when it is in force, and for whom.

use std::path::{Path, PathBuf};

use lambench::sandbox::environment::Mounts;
use serde_json::json;

use crate::support::{Function, comes_true, figure, invoke, json, said};

/// `group()` is the control group of the process as a folder, `quota()` the group's microseconds of CPU in 20 ms.
const READERS: &str = "
def group():
    for line in open('/proc/self/cgroup'):
        _, names, path = line.strip().split(':', 2)
        points = ['/sys/fs/cgroup/' + names] if 'cpu' in names.split(',') else [] if names else ['/sys/fs/cgroup']
        for point in points:
            for file in ('cpu.cfs_quota_us', 'cpu.max'):
                if os.path.exists(point + path + '/' + file):
                    return point + path
def quota():
    if os.path.exists(group() + '/cpu.max'):
        first = open(group() + '/cpu.max').read().split()[0]
        return -1 if first == 'max' else int(first)
    return int(open(group() + '/cpu.cfs_quota_us').read())
";

/// With its share and 512 MB, mounted and not; nothing where control groups can't be written.
async fn functions(code: &str) -> Vec<Function> {
    let mut functions = Vec::new();
    for mounted in [true, false] {
        let function = Function::python(&format!("{READERS}{code}")).await;
        let function = if mounted {
            function
        } else {
            function.without_mounts()
        };
        functions.extend(function.memory(512).with_its_share());
    }
    functions
}

#[tokio::test]
async fn a_share_is_in_force_from_the_first_event_on_and_never_during_init() {
    let code = "
in_init = quota()
def handler(event):
    return [in_init, quota()]
serve(handler)";
    for function in functions(code).await {
        let mut environment = function.start().await;
        for _cold_then_warm in 0..3 {
            let outcome = invoke(&mut environment, "{}").await;
            assert_eq!(json(&outcome), json!([-1, 5789]));
        }
        environment.shutdown().await;
    }
}

#[tokio::test]
async fn children_of_init_and_of_the_handler_are_in_the_same_group() {
    let code = "
def child():
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.write(writer, group().encode())
        os._exit(0)
    os.close(writer)
    return os.read(reader, 4096).decode()
early = child()
serve(lambda event: [early, child(), group()])";
    for function in functions(code).await {
        let groups = json(&function.cold().await);
        assert!(groups[2].is_string(), "{groups}");
        assert_eq!(groups[0], groups[2]);
        assert_eq!(groups[1], groups[2]);
    }
}

#[tokio::test]
async fn an_init_that_runs_again_inside_the_invoke_has_the_share_of_the_invoke() {
    let code = "
first = not os.path.exists('/tmp/been-here')
open('/tmp/been-here', 'w').close()
if first:
    time.sleep(60)
in_init = quota()
serve(lambda event: [in_init, quota()])";
    for function in functions(code).await {
        if function.host.mounts == Mounts::SearchPaths {
            continue;
        }
        let function = function.init_limit(std::time::Duration::from_secs(2));
        let outcome = function.cold().await;
        assert_eq!(json(&outcome), json!([5789, 5789]), "{}", said(&outcome));
        assert_eq!(figure(&outcome, "Init Duration"), None);
    }
}

#[tokio::test]
async fn work_takes_the_longer_the_less_memory_there_is() {
    let code = "
def handler(event):
    begun = time.process_time()
    while time.process_time() - begun < 0.06:
        pass
serve(handler)";
    for function in functions(code).await {
        let outcome = function.memory(128).cold().await;
        // 60 ms of work at 7.2 % of a CPU are 829 ms; the first period may have begun in the middle.
        let took = figure(&outcome, "Duration").unwrap();
        assert!(took > 600.0, "{took}");
    }
}

#[tokio::test]
async fn the_group_goes_with_the_environment() {
    for function in functions("serve(lambda event: group())").await {
        let mut environment = function.start().await;
        let first = group(&json(&invoke(&mut environment, "{}").await));
        assert!(first.is_dir());
        environment.shutdown().await;
        assert!(!first.exists());
        // Dropped, it may still be dying; the sandbox's end removes what is left.
        let mut environment = function.start().await;
        let second = group(&json(&invoke(&mut environment, "{}").await));
        drop(environment);
        let all = second.parent().unwrap().to_owned();
        drop(function);
        assert!(comes_true(|| !all.exists()).await);
    }
}

fn group(answer: &serde_json::Value) -> PathBuf {
    Path::new(answer.as_str().unwrap()).to_owned()
}
