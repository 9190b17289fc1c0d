//! The endpoint of a command: AWS, or the embedded Lambda, which is started for it and ended with it.

use crate::config::{Place, Settings};
use crate::exit::Exit;
use crate::lambda::{Connect, Lambda};
use crate::sandbox::{Sandbox, SandboxOptions};

use super::Failure;

/// An open endpoint and, if it is the embedded one, the sandbox behind it.
pub struct Endpoint {
    /// The connection.
    pub lambda: Lambda,
    /// The sandbox, to be shut down at the end.
    pub sandbox: Option<Sandbox>,
}

impl Endpoint {
    /// That the CPU of functions is not limited though it was to be, and why.
    pub fn cpu_not_limited(&self) -> Option<String> {
        let why = self.sandbox.as_ref()?.cpu_refusal()?;
        Some(format!(
            "the CPU of functions is not limited by their memory: {why}"
        ))
    }

    /// Starts the sandbox or connects to AWS, as the settings say.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        match &settings.place {
            Place::Sandbox => {
                Self::sandbox(|options| {
                    options.ric.clone_from(&settings.ric);
                    options.any_version = settings.any_version;
                    options.machine = settings.machine;
                })
                .await
            }
            Place::Aws {
                endpoint_url,
                region,
                profile,
            } => Ok(Self {
                lambda: Lambda::connect(Connect {
                    endpoint_url: endpoint_url.clone(),
                    region: region.clone(),
                    profile: profile.clone(),
                    control_rate: Some(settings.pace.control_rate),
                })
                .await?,
                sandbox: None,
            }),
        }
    }

    /// Starts the sandbox, with its defaults changed.
    pub async fn sandbox(change: impl FnOnce(&mut SandboxOptions)) -> Result<Self, Failure> {
        let guard_exe = std::env::current_exe().map_err(|error| {
            Failure::new(
                Exit::CouldNotMeasure,
                format!("finding this program's own file: {error}"),
            )
        })?;
        let mut options = SandboxOptions::new(guard_exe);
        change(&mut options);
        let sandbox = Sandbox::start(options).await.map_err(|error| {
            Failure::new(Exit::CouldNotMeasure, error.to_string()).hint(error.hint())
        })?;
        let lambda = Lambda::connect(Connect {
            endpoint_url: Some(sandbox.endpoint_url()),
            region: Some(sandbox.region().to_owned()),
            profile: None,
            control_rate: None,
        })
        .await?;
        Ok(Self {
            lambda,
            sandbox: Some(sandbox),
        })
    }

    /// Ends the sandbox and every process in it.
    pub async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.shutdown().await;
        }
    }
}
