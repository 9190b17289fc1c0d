//! Budgets, and what is judged against them. Pure.

mod budget;
mod functions;
mod judge;
mod note;

pub use budget::{Budget, BudgetError, Limit, Measure};
pub use functions::{among_functions, only_indicative};
pub use judge::{Side, judge, worst};
pub use note::Note;
