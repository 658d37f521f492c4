//! Generates the client from the 3.0 document.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let document = "openapi-3.0.json";
    println!("cargo:rerun-if-changed={document}");
    // progenitor types errors only when they are called plain JSON, which problem documents are.
    let text =
        fs::read_to_string(document)?.replace("application/problem+json", "application/json");
    let settings = progenitor::GenerationSettings::default();
    let tokens =
        progenitor::Generator::new(&settings).generate_tokens(&serde_json::from_str(&text)?)?;
    let code = prettyplease::unparse(&syn::parse2(tokens)?);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("client.rs"), code)?;
    Ok(())
}
