//! What a guard does, order by order: set-up, start, freeze, thaw, kill; and unasked: reap, and watch the memory.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::bell::Bell;
use super::crew::{Crew, wrapped};
use super::protocol::{Event, Exit, Order, Setup, line, monotonic_ns};
use super::starter::Starter;
use super::tree::Tree;

/// How often the memory of a running environment is looked at.
const WATCH: Duration = Duration::from_millis(10);

/// Every so many looks the memory of several processes is measured and not estimated.
const EXACT_EVERY: u32 = 10;

/// A guard on duty.
pub(super) struct Duty {
    control: UnixStream,
    unread: Vec<u8>,
    tree: Tree,
    bell: Bell,
    setup: Option<Setup>,
    starter: Starter,
    runtime: Option<Pid>,
    crew: Crew,
    running: bool,
    watched: Instant,
    looks: u32,
    peak_kb: u64,
}

impl Duty {
    /// Of the guard of these processes.
    pub fn new(tree: Tree) -> io::Result<Self> {
        Ok(Self {
            control: control()?,
            unread: Vec::new(),
            tree,
            bell: Bell::new()?,
            setup: None,
            starter: Starter::Here,
            runtime: None,
            crew: Crew::default(),
            running: false,
            watched: Instant::now(),
            looks: 0,
            peak_kb: 0,
        })
    }

    /// Until lambench lets go.
    pub fn serve(mut self) -> io::Result<()> {
        let lived = self.obey_until_abandoned();
        // As PID 1 of a namespace our own end is everybody's; killing them first costs nothing.
        self.clear();
        lived
    }

    fn obey_until_abandoned(&mut self) -> io::Result<()> {
        loop {
            let (asked, rung) = self.wait()?;
            if rung {
                self.bell.clear();
                self.reap()?;
            }
            if asked && !self.listen()? {
                return Ok(());
            }
            // Not at every turn: a look would be in the way of the order that follows a thaw.
            if self.running && self.watched.elapsed() >= WATCH {
                self.watch_memory()?;
            }
        }
    }

    /// Waits for an order, the end of a child, or the next look at the memory.
    fn wait(&self) -> io::Result<(bool, bool)> {
        let timeout = match (self.running, cfg!(target_os = "linux")) {
            (true, _) => PollTimeout::from(WATCH.as_millis() as u16),
            (false, true) => PollTimeout::NONE,
            (false, false) => PollTimeout::from(100_u16),
        };
        let mut fds = vec![PollFd::new(self.control.as_fd(), PollFlags::POLLIN)];
        #[cfg(target_os = "linux")]
        fds.push(PollFd::new(self.bell.signals.as_fd(), PollFlags::POLLIN));
        match poll(&mut fds, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = |at: usize| fds.get(at).and_then(PollFd::any).unwrap_or(false);
        // Without a bell every turn of the loop looks for dead children.
        Ok((ready(0), !cfg!(target_os = "linux") || ready(1)))
    }

    /// Obeys what has come over the control socket; false once it has ended.
    fn listen(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let count = match self.control.read(&mut buffer) {
            Ok(0) => return Ok(false),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(true),
            Err(error) => return Err(error),
        };
        self.unread.extend_from_slice(&buffer[..count]);
        while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
            let order: Vec<u8> = self.unread.drain(..=end).collect();
            self.obey(serde_json::from_slice(&order)?)?;
        }
        Ok(true)
    }

    fn obey(&mut self, order: Order) -> io::Result<()> {
        let answer = match order {
            Order::Prepare(setup) => {
                // Before the namespace has a /proc of its own: the number by which lambench knows us.
                let pid = own_pid();
                self.prepare(*setup)?;
                Event::Ready { pid }
            }
            Order::Extend => self.extend(),
            Order::EndRuntime { kill } => {
                self.end_runtime(kill);
                return Ok(());
            }
            Order::Go => self.go(),
            Order::Freeze => {
                self.running = false;
                self.tree.freeze();
                Event::Frozen
            }
            Order::Thaw => {
                let at_ns = monotonic_ns();
                self.tree.thaw();
                self.run();
                Event::Thawed { at_ns }
            }
            Order::Clear => {
                self.tree.freeze();
                let (_, peak_kb) = self.measure(&self.tree.processes());
                self.clear();
                Event::Cleared { peak_kb }
            }
        };
        self.tell(&answer)?;
        // A child that ended while SIGCHLD was not blocked has rung no bell.
        if let Event::Started { .. } | Event::Extending { .. } = answer {
            self.reap()
        } else {
            Ok(())
        }
    }

    fn tell(&mut self, event: &Event) -> io::Result<()> {
        match self.control.write_all(&line(event)?) {
            // lambench is gone: the next read says so too.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            told => told,
        }
    }

    fn prepare(&mut self, mut setup: Setup) -> io::Result<()> {
        // Before the tree is entered: in it, control groups can't be written.
        self.starter = Starter::new(setup.threads.as_deref())?;
        #[cfg(target_os = "linux")]
        if let Some(root) = &setup.root {
            super::mounts::enter(root)?;
        }
        // Here and not at the start of the runtime: what is left to do then is the least possible.
        std::env::set_current_dir(&setup.folder).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("entering {}: {error}", setup.folder.display()),
            )
        })?;
        if let Some(wrapper) = setup.wrapper.take() {
            setup.argv = wrapped(&wrapper, &setup.argv);
        }
        self.setup = Some(setup);
        Ok(())
    }

    fn extend(&mut self) -> Event {
        let crewing = self.setup.as_ref().and_then(|setup| setup.crew.as_ref());
        let Some(crewing) = crewing else {
            return Event::Extending {
                at_ns: monotonic_ns(),
            };
        };
        let started = self.crew.start(crewing, &self.starter);
        self.peak_kb = 0;
        self.run();
        match started {
            Ok(at_ns) => Event::Extending { at_ns },
            Err((place, program, error)) => Event::ExtensionNotStarted {
                place,
                reason: format!("fork/exec {}: {}", program.display(), plain(&error)),
            },
        }
    }

    fn end_runtime(&self, kill: bool) {
        let signal = if kill {
            Signal::SIGKILL
        } else {
            Signal::SIGTERM
        };
        if let Some(runtime) = self.runtime {
            // It may have gone meanwhile.
            let _ = nix::sys::signal::killpg(runtime, signal);
        }
    }

    fn go(&mut self) -> Event {
        let Some(setup) = &self.setup else {
            return Event::NotStarted("the guard was not prepared".into());
        };
        let Some((program, arguments)) = setup.argv.split_first() else {
            return Event::NotStarted("there is nothing to execute".into());
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(&setup.variables)
            .stdin(Stdio::null())
            .process_group(0);
        let crewed = setup.crew.is_some();
        if crewed && let Ok(output) = io::stdout().as_fd().try_clone_to_owned() {
            // Our own stderr is the extensions' way out.
            command.stderr(output);
        }
        let (at_ns, spawned) = self.starter.start(command);
        match spawned {
            Ok(child) => {
                self.runtime = Some(Pid::from_raw(child.id().cast_signed()));
                self.run();
                if !crewed {
                    self.peak_kb = 0;
                }
                Event::Started { at_ns }
            }
            Err(error) => Event::NotStarted(format!(
                "fork/exec {}: {}",
                program.display(),
                plain(&error)
            )),
        }
    }

    /// Takes in every dead child, adopted ones too, and says so if the runtime process is among them.
    fn reap(&mut self) -> io::Result<()> {
        loop {
            let how = match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, status)) => (pid, Exit::Status(status)),
                Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, Exit::Signal(signal as i32)),
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return Ok(()),
                // A signal that has no name, a real-time one, ended it: whom is seen by who is gone.
                Err(Errno::EINVAL) => match self.gone() {
                    Some(pid) => (pid, Exit::Signal(0)),
                    None => continue,
                },
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(error) => return Err(error.into()),
            };
            if let Some(place) = self.crew.died(how.0) {
                self.tell(&Event::ExtensionExited { place, how: how.1 })?;
            }
            if self.runtime == Some(how.0) {
                self.runtime = None;
                let peak_kb = self.peak_kb;
                self.tell(&Event::Exited {
                    how: how.1,
                    peak_kb,
                    at_ns: monotonic_ns(),
                })?;
            }
        }
    }

    /// One of the processes that we started that no longer is there.
    fn gone(&self) -> Option<Pid> {
        let is_gone = |pid: &Pid| nix::sys::signal::kill(*pid, None) == Err(Errno::ESRCH);
        self.runtime
            .into_iter()
            .chain(self.crew.all())
            .find(is_gone)
    }

    fn run(&mut self) {
        self.running = true;
        self.watched = Instant::now();
    }

    /// Memory now and at most, in kB.
    fn measure(&mut self, processes: &[i32]) -> (u64, u64) {
        let (now, peak) = self.tree.memory(processes);
        self.peak_kb = self.peak_kb.max(peak);
        (now, self.peak_kb)
    }

    fn watch_memory(&mut self) -> io::Result<()> {
        self.watched = Instant::now();
        self.looks += 1;
        let limit = self
            .setup
            .as_ref()
            .map_or(u64::MAX, |setup| setup.memory_limit_kb);
        let processes = self.tree.processes();
        let exact = processes.len() == 1 || self.looks.is_multiple_of(EXACT_EVERY);
        if !exact && self.tree.at_most_now(&processes) <= limit {
            return Ok(());
        }
        let told_kb = self.peak_kb;
        let (now, peak_kb) = self.measure(&processes);
        if now <= limit {
            // What one process used at most it will still say itself; of several some may be gone by then.
            let news = processes.len() > 1 && peak_kb > told_kb;
            return if news {
                self.tell(&Event::Peak { peak_kb })
            } else {
                Ok(())
            };
        }
        self.clear();
        self.tell(&Event::OutOfMemory { peak_kb })
    }

    /// Kills and reaps every process of the environment. Its end is this order's doing, so it isn't told as an exit.
    fn clear(&mut self) {
        self.running = false;
        self.runtime = None;
        self.crew.clear();
        loop {
            self.tree.kill();
            // Else it was one of them, or one that was born while we killed.
            if waitpid(None, None) == Err(Errno::ECHILD) {
                break;
            }
        }
        self.bell.clear();
    }
}

/// This process as the first /proc that it sees numbers it.
fn own_pid() -> i32 {
    let seen = std::fs::read_link("/proc/self").ok();
    let number = seen.and_then(|link| link.to_str()?.parse().ok());
    number.unwrap_or_else(|| std::process::id().cast_signed())
}

/// The system's reason alone, in its own lower-case words: `no such file or directory`.
fn plain(error: &io::Error) -> String {
    error.raw_os_error().map_or_else(
        || error.to_string(),
        |code| Errno::from_raw(code).desc().to_lowercase(),
    )
}

/// The terminal's Ctrl-C and polite requests are lambench's to answer; SIGCHLD is read, not handled.
pub(super) fn blocked() -> SigSet {
    [
        Signal::SIGCHLD,
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGTSTP,
    ]
    .into_iter()
    .collect()
}

/// Our end of the control socket.
pub(super) fn control() -> io::Result<UnixStream> {
    Ok(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
}
