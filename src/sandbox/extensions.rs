//! The extensions of one environment: which there are, how far each has come, and the events handed to them.

mod refusal;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::oneshot;
use uuid::Uuid;

pub(super) use refusal::Refusal;

/// AWS's limit, internal and external together.
const LIMIT: usize = 10;

/// What `register` tells an extension of its function.
#[derive(Debug, Clone)]
pub(super) struct Function {
    /// Name.
    pub name: String,
    /// `$LATEST` or a number.
    pub version: String,
    /// As configured.
    pub handler: String,
    /// Given to those that ask for it.
    pub account: String,
}

/// How far an extension has come, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Started,
    Registered,
    Ready,
    Running,
    LaunchError,
    InitError,
    ExitError,
}

#[derive(Debug)]
struct Member {
    name: String,
    id: Uuid,
    external: bool,
    events: Vec<&'static str>,
    state: State,
    /// When it last asked for an event.
    ready_ns: u64,
    /// Its open question.
    waiting: Option<oneshot::Sender<Value>>,
    /// An event that found no question open: its connection had broken.
    missed: Option<Value>,
    error: Option<String>,
    /// Its process has ended.
    gone: bool,
}

impl Member {
    fn new(name: &str, external: bool) -> Self {
        Self {
            name: name.to_owned(),
            id: Uuid::new_v4(),
            external,
            events: Vec::new(),
            state: State::Started,
            ready_ns: 0,
            waiting: None,
            missed: None,
            error: None,
            gone: false,
        }
    }

    fn wants(&self, event: &str) -> bool {
        self.events.contains(&event)
    }

    fn hand(&mut self, event: &Value) {
        self.state = State::Running;
        let missed = match self.waiting.take() {
            Some(waiting) => waiting.send(event.clone()).err(),
            None => Some(event.clone()),
        };
        self.missed = missed;
    }
}

/// What the log says of one extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// Name.
    pub name: String,
    /// `Ready`.
    pub state: String,
    /// `INVOKE`, `SHUTDOWN`.
    pub events: Vec<&'static str>,
    /// What it, or the system, said of its failure.
    pub error: Option<String>,
}

/// All extensions of an environment.
#[derive(Debug)]
pub(super) struct Extensions {
    function: Function,
    /// External ones, each known by its place here.
    names: Vec<String>,
    roster: Mutex<Roster>,
}

#[derive(Debug, Default)]
struct Roster {
    members: Vec<Member>,
    /// Registration ends with the init.
    closed: bool,
}

impl Extensions {
    /// Of an environment of this function, with these external ones.
    pub fn new(function: Function, names: Vec<String>) -> Self {
        Self {
            function,
            names,
            roster: Mutex::default(),
        }
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are external ones to be started.
    pub fn has_external(&self) -> bool {
        !self.names.is_empty()
    }

    /// An init begins; the external ones are about to be started.
    pub fn begin(&self) {
        let external = self.names.iter().map(|name| Member::new(name, true));
        *self.roster() = Roster {
            members: external.collect(),
            closed: false,
        };
    }

    /// The init is complete.
    pub fn close_registration(&self) {
        self.roster().closed = true;
    }

    /// Whether the init is complete.
    pub fn is_closed(&self) -> bool {
        self.roster().closed
    }

    /// Whether every external one has registered: only then does the runtime start.
    pub fn all_registered(&self) -> bool {
        let roster = self.roster();
        roster.members.iter().all(|m| m.state != State::Started)
    }

    /// When the last one asked for its next event; none while one still has something to do.
    pub fn ready_ns(&self) -> Option<u64> {
        let roster = self.roster();
        let ready = |member: &Member| (member.state == State::Ready).then_some(member.ready_ns);
        let all: Option<Vec<u64>> = roster.members.iter().map(ready).collect();
        Some(all?.into_iter().max().unwrap_or_default())
    }

    /// Hands an invoke to all that want to hear of it.
    pub fn invoke(&self, event: &Value) {
        let mut roster = self.roster();
        for member in roster.members.iter_mut().filter(|m| m.wants("INVOKE")) {
            member.hand(event);
        }
    }

    /// Tells all that want to hear of the end.
    pub fn shut_down(&self, event: &Value) {
        let mut roster = self.roster();
        for member in &mut roster.members {
            if !member.gone && member.wants("SHUTDOWN") {
                member.hand(event);
            }
        }
    }

    /// Whether one that was told of the end is still there.
    pub fn is_leaving(&self) -> bool {
        let roster = self.roster();
        roster
            .members
            .iter()
            .any(|member| member.external && !member.gone && member.wants("SHUTDOWN"))
    }

    /// Whether there is one of any kind.
    pub fn any(&self) -> bool {
        !self.roster().members.is_empty()
    }

    /// Whether an external one is still there.
    pub fn any_external(&self) -> bool {
        let roster = self.roster();
        roster.members.iter().any(|m| m.external && !m.gone)
    }

    /// An external one could not be started.
    pub fn not_started(&self, place: usize, error: &str) {
        if let Some(member) = self.roster().members.get_mut(place) {
            member.state = State::LaunchError;
            member.gone = true;
            member.error = Some(error.to_owned());
        }
    }

    /// An external one has ended.
    pub fn exited(&self, place: usize) {
        if let Some(member) = self.roster().members.get_mut(place) {
            member.waiting = None;
            member.gone = true;
        }
    }

    /// For the log.
    pub fn standings(&self) -> Vec<Standing> {
        let roster = self.roster();
        roster
            .members
            .iter()
            .map(|member| Standing {
                name: member.name.clone(),
                state: format!("{:?}", member.state),
                events: member.events.clone(),
                error: member.error.clone(),
            })
            .collect()
    }

    /// The name that goes with an identifier.
    pub fn name_of(&self, id: Uuid) -> Result<String, Refusal> {
        let mut roster = self.roster();
        roster.member(id).map(|member| member.name.clone())
    }

    /// `register`: the identifier and the body of the answer.
    pub fn register(
        &self,
        name: &str,
        events: &[String],
        with_account: bool,
    ) -> Result<(Uuid, Value), Refusal> {
        let mut roster = self.roster();
        let found = roster.members.iter().position(|member| member.name == name);
        let external = found.is_some_and(|place| roster.members[place].external);
        let events = checked(events, external)?;
        let place = match found {
            Some(place) if external => {
                let state = roster.members[place].state;
                if state != State::Started {
                    return Err(Refusal::wrong_state(state, "Registered", name));
                }
                place
            }
            Some(_) => {
                return Err(Refusal::taken());
            }
            None => roster.admit(name)?,
        };
        let registered = roster.members.iter().filter(|m| m.state != State::Started);
        if registered.count() >= LIMIT {
            return Err(Refusal::too_many(LIMIT));
        }
        let member = &mut roster.members[place];
        member.events = events;
        member.state = State::Registered;
        let mut body = json!({
            "functionName": self.function.name,
            "functionVersion": self.function.version,
            "handler": self.function.handler,
        });
        if with_account {
            body["accountId"] = json!(self.function.account);
        }
        Ok((member.id, body))
    }

    /// `event/next`: where its event will come, and whether this ends something that it had to do.
    pub fn next(&self, id: Uuid, at_ns: u64) -> Result<oneshot::Receiver<Value>, Refusal> {
        let mut roster = self.roster();
        let member = roster.member(id)?;
        if !matches!(
            member.state,
            State::Registered | State::Ready | State::Running
        ) {
            return Err(Refusal::wrong_state(member.state, "Ready", &id.to_string()));
        }
        let (question, answer) = oneshot::channel();
        if let Some(event) = member.missed.take() {
            // It had asked before; this is the same question.
            member.missed = question.send(event).err();
        } else {
            if member.state != State::Ready {
                member.ready_ns = at_ns;
            }
            member.state = State::Ready;
            member.waiting = Some(question);
        }
        Ok(answer)
    }

    /// `init/error` and `exit/error`.
    pub fn fail(&self, id: Uuid, in_init: bool, kind: &str) -> Result<(), Refusal> {
        let mut roster = self.roster();
        let member = roster.member(id)?;
        let (state, allowed) = if in_init {
            (State::InitError, member.state == State::Registered)
        } else {
            let allowed = matches!(
                member.state,
                State::Registered | State::Ready | State::Running
            );
            (State::ExitError, allowed)
        };
        if !allowed {
            let to = format!("{state:?}");
            return Err(Refusal::wrong_state(member.state, &to, &id.to_string()));
        }
        member.state = state;
        member.error = Some(kind.to_owned());
        Ok(())
    }
}

impl Roster {
    fn member(&mut self, id: Uuid) -> Result<&mut Member, Refusal> {
        self.members
            .iter_mut()
            .find(|member| member.id == id && member.state != State::Started)
            .ok_or_else(|| Refusal::unknown(id))
    }

    /// One that lives inside the runtime process.
    fn admit(&mut self, name: &str) -> Result<usize, Refusal> {
        if self.closed {
            return Err(Refusal::closed());
        }
        if self.members.len() >= LIMIT {
            return Err(Refusal::too_many(LIMIT));
        }
        self.members.push(Member::new(name, false));
        Ok(self.members.len() - 1)
    }
}

fn checked(events: &[String], external: bool) -> Result<Vec<&'static str>, Refusal> {
    let known = |event: &String| match event.as_str() {
        "INVOKE" => Ok("INVOKE"),
        "SHUTDOWN" if external => Ok("SHUTDOWN"),
        "SHUTDOWN" => Err("only external extensions may register for it"),
        _ => Err("there is no such event"),
    };
    events
        .iter()
        .map(|event| known(event).map_err(|why| Refusal::event(event, why)))
        .collect()
}

#[cfg(test)]
mod tests;
