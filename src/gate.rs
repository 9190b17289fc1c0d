//! Budgets, and what is judged against them. Pure.

mod budget;
mod judge;

pub use budget::{Budget, BudgetError, Limit, Measure};
pub use judge::{Side, judge, worst};
