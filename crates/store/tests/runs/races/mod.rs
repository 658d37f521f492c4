//! Two transactions that meet, stepped lock by lock: each stops at a lock that the test holds, so
//! that the order in which they go on is the test's. SQLite has one writer, where they cannot
//! meet.

mod gate;
mod held;
mod postgres;
