//! The table of error codes, for the documents.

use crate::problem::code::ErrorCode;

/// All error codes as a Markdown table.
pub fn error_table() -> String {
    let mut table = String::from("| code | status | meaning |\n|---|---|---|\n");
    for code in ErrorCode::ALL {
        table.push_str(&format!(
            "| `{}` | {} | {} |\n",
            code.as_str(),
            code.status(),
            code.meaning()
        ));
    }
    table
}
