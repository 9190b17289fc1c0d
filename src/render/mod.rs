//! Results as people and machines read them: one file per form.

mod announce;
mod ascii;
mod budgets;
mod columns;
mod conditions;
mod explain;
pub mod export;
mod figure;
mod fleet;
mod fleet_plan;
mod gate;
mod json;
mod layout;
pub mod left_over;
mod plan;
mod progress;
mod report;
mod self_test;
pub mod stored;
mod strip;
mod style;
mod table;
mod text;
mod verdict;

pub use announce::before_first_invoke;
pub use columns::columns;
pub use explain::{explain, explained};
pub use fleet::{FleetLine, fleet, fleet_json, reading_tags};
pub use fleet_plan::{PlanLine, fleet_plan};
pub use gate::{GateLine, gate, gate_json};
pub use json::json;
pub use plan::{dry_run, question, real_world};
pub use progress::Progress;
pub use report::report;
pub use self_test::{Proof, self_test};
pub use style::{Style, choose};
