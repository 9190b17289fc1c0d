//! What starts cost: prices are data with a date. Pure.
