//! Where `inspect` and `checklist` fetch what is deployed: connected when it is asked for, and once.

use std::path::{Path, PathBuf};

use crate::cli::LookArgs;
use crate::lambda::{Connect, Lambda, LambdaError};

use super::Failure;

/// Some reads: they must not keep AWS's control plane from deploys.
const CONTROL_RATE: u32 = 10;

/// The endpoints that were asked.
pub(super) struct Endpoints<'a> {
    look: &'a LookArgs,
    connected: Vec<(Option<String>, Lambda)>,
}

impl<'a> Endpoints<'a> {
    /// As the flags say.
    pub(super) fn new(look: &'a LookArgs) -> Self {
        Self {
            look,
            connected: Vec::new(),
        }
    }

    /// The one of a region, unless a flag names another.
    pub(super) async fn at(&mut self, region: Option<&str>) -> Result<&Lambda, Failure> {
        let of_flags = self.look.region.is_some() || self.look.endpoint_url.is_some();
        let region = match region {
            Some(region) if !of_flags => Some(region.to_owned()),
            _ => self.look.region.clone(),
        };
        let known = self.connected.iter().position(|(of, _)| *of == region);
        let at = if let Some(known) = known {
            known
        } else {
            let lambda = Lambda::connect(Connect {
                endpoint_url: self.look.endpoint_url.clone(),
                region: region.clone(),
                profile: self.look.profile.clone(),
                control_rate: Some(CONTROL_RATE),
            });
            self.connected.push((region, lambda.await?));
            self.connected.len() - 1
        };
        Ok(&self.connected[at].1)
    }
}

/// The region that an ARN names; a name or a part of an ARN names none.
pub(super) fn region_of(arn: &str) -> Option<&str> {
    let region = arn.strip_prefix("arn:")?.split(':').nth(2);
    region.filter(|region| !region.is_empty())
}

/// A file for what is fetched.
pub(super) fn zip_in(scratch: &Path) -> PathBuf {
    scratch.join(format!("{}.zip", uuid::Uuid::new_v4().simple()))
}

/// A layer that somebody named and that can't be had.
pub(super) fn not_fetched(error: LambdaError) -> Failure {
    let hint = match &error {
        LambdaError::Service { code, .. } => match code.as_str() {
            "ResourceNotFoundException" => Some(
                "check its region, name and version (`aws lambda list-layer-versions --layer-name NAME`); a deleted version \
                 can't be fetched any more",
            ),
            "AccessDeniedException" | "AccessDenied" => Some(
                "the role needs lambda:GetLayerVersion on it, and a layer of another account must allow it: else give its zip",
            ),
            _ => None,
        },
        _ => None,
    };
    let failure = Failure::from(error);
    match hint {
        Some(hint) => failure.hint(Some(hint.to_owned())),
        None => failure,
    }
}
