//! Budgets, and what is judged against them. Pure.

mod budget;
mod judge;
mod note;

pub use budget::{Budget, BudgetError, Limit, Measure};
pub use judge::{Side, judge, worst};
pub use note::Note;
