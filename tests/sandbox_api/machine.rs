//! The CPU and the disk that functions are given, and what is said about them.

use lambench::sandbox::{Cpu, Disk};

use super::support::*;

async fn facts(lab: &Lab) -> String {
    let told = super::wire::get(lab.port(), "/2015-03-31/functions/f").await;
    String::from_utf8_lossy(&told).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_cpu_is_limited_to_is_said() {
    let by_memory = Lab::with(|options| options.machine.cpu = Cpu::ByMemory).await;
    by_memory
        .creating("f")
        .memory_size(512)
        .send()
        .await
        .unwrap();
    let facts_by_memory = facts(&by_memory).await;
    let writable = std::fs::OpenOptions::new()
        .write(true)
        .open("/sys/fs/cgroup/cpu/tasks");
    let expected = match writable {
        Ok(_) => "x-lambench-cpu: 0.29 vCPU (cgroup v1)",
        Err(_) => "x-lambench-cpu: ",
    };
    assert!(facts_by_memory.contains(expected), "{facts_by_memory}");
    by_memory.sandbox.shutdown().await;
    let unlimited = Lab::new().await;
    unlimited.create("f").await;
    let facts = facts(&unlimited).await;
    assert!(facts.contains("x-lambench-cpu: not limited"), "{facts}");
    unlimited.sandbox.shutdown().await;
}

/// Whether the middle of a file of its package is in the page cache when its init begins; then reads the file.
const RESIDENT: &str = "
import os
file = os.open(os.path.join(os.environ['LAMBDA_TASK_ROOT'], 'data'), os.O_RDONLY)
try:
    os.preadv(file, [bytearray(4096)], 1 << 20, os.RWF_NOWAIT)
    resident = True
except BlockingIOError:
    resident = False
except OSError as error:
    resident = str(error)
while os.read(file, 1 << 20):
    pass
def handler(event, context):
    return resident
";

#[tokio::test(flavor = "multi_thread")]
async fn every_cold_start_finds_the_page_cache_as_it_was_asked_for() {
    let memory = std::process::Command::new("stat")
        .args(["-f", "-c", "%T"])
        .arg(std::env::temp_dir())
        .output()
        .unwrap();
    if memory.stdout.starts_with(b"tmpfs") {
        return;
    }
    for (disk, word, resident) in [(Disk::Evict, "evicted", false), (Disk::Warm, "warm", true)] {
        let lab = Lab::with(|options| options.machine.disk = disk).await;
        let data = "0123456789abcdef".repeat(1 << 17);
        let files = [
            ("lambda_function.py", RESIDENT, 0o644),
            ("data", data.as_str(), 0o644),
        ];
        lab.creating("f")
            .runtime("python3".into())
            .handler("lambda_function.handler")
            .code(code(zip(&files)))
            .send()
            .await
            .unwrap();
        for start in 0..3 {
            lab.settled("f").await;
            assert_eq!(lab.call("f").await, resident, "{disk:?}, start {start}");
            let touch = lab.client.update_function_configuration();
            let text = format!("touched {start}");
            touch
                .function_name("f")
                .description(text)
                .send()
                .await
                .unwrap();
        }
        let facts = facts(&lab).await;
        assert!(
            facts.contains(&format!("x-lambench-disk: {word}")),
            "{facts}"
        );
        lab.sandbox.shutdown().await;
    }
}
