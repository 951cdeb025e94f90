//! What is shipped with the program says what is in it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::{repository, toml};

#[test]
fn licences_and_the_bill_of_materials_name_what_is_linked() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("python3").arg(repository("scripts/third_party.py")).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (notices, bill) = (read("THIRD-PARTY-NOTICES.txt"), read("jiju.cdx.json"));
    let bill: Value = serde_json::from_str(&bill).unwrap();
    assert_eq!((bill["bomFormat"].as_str(), bill["specVersion"].as_str()), (Some("CycloneDX"), Some("1.5")));
    assert_eq!(bill["metadata"]["component"]["name"], "jiju");
    let components = bill["components"].as_array().unwrap();
    let references: BTreeSet<&str> = components.iter().map(|one| one["bom-ref"].as_str().unwrap()).collect();
    assert_eq!(references.len(), components.len());
    let locked = toml("Cargo.lock");
    let locked = locked["package"].as_array().unwrap();
    for component in components.iter().filter(|one| one["purl"].as_str().unwrap().starts_with("pkg:cargo/")) {
        let (name, version) = (component["name"].as_str().unwrap(), component["version"].as_str().unwrap());
        let of_lock =
            locked.iter().find(|one| one["name"].as_str() == Some(name) && one["version"].as_str() == Some(version));
        let checksum = of_lock.unwrap().get("checksum").and_then(toml::Value::as_str);
        assert_eq!(component["hashes"][0]["content"].as_str(), checksum, "{name}");
        assert!(notices.contains(&format!("\n{name} {version}: ")), "{name} {version} is not among the notices");
    }
    // What is linked, what is in the page, and the fonts; nothing that only builds or tests.
    for named in ["polars", "geo", "gdal-sys", "jiju-fonts", "mimalloc"] {
        assert!(components.iter().any(|one| one["name"] == named), "{named} is missing");
    }
    assert!(references.iter().any(|one| one.starts_with("pkg:npm/d3-zoom@")));
    for not_linked in ["proptest", "syn", "esbuild", "typescript"] {
        assert!(!components.iter().any(|one| one["name"] == not_linked), "{not_linked} is not in the program");
    }
    for entry in bill["dependencies"].as_array().unwrap() {
        for needed in entry["dependsOn"].as_array().unwrap() {
            assert!(references.contains(needed.as_str().unwrap()), "{entry} needs what is not listed");
        }
    }
    for text in ["Permission is hereby granted, free of charge", "Apache License", "SIL OPEN FONT LICENSE"] {
        assert!(notices.to_lowercase().contains(&text.to_lowercase()), "no text of {text}");
    }
    assert!(notices.contains("GNU GPL"), "nothing is said of libraries of the system under the GPL");
}
