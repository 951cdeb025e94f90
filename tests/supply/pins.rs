//! Packages of other houses that tests, notebooks and benches take are pinned to their bytes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::text;

/// What Python scripts are run with.
const REQUIREMENTS: [&str; 8] = [
    "python/requirements.txt",
    "tests/python/requirements.txt",
    "tests/python/requirements-pandas2.txt",
    "tests/spark/requirements.txt",
    "notebooks/requirements.txt",
    "benches/requirements.txt",
    "benches/requirements-draw.txt",
    "benches/requirements-statistics.txt",
];

#[test]
fn every_package_of_npm_is_pinned_to_its_bytes() {
    for lock in ["src/report/page/web/package-lock.json", "tests/browser/package-lock.json"] {
        let lock: Value = serde_json::from_str(&text(lock)).unwrap();
        assert!(lock["lockfileVersion"].as_u64() >= Some(2));
        let packages = lock["packages"].as_object().unwrap();
        assert!(packages.len() > 2);
        for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
            assert!(package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")), "{name}");
            assert!(package.get("link").is_none(), "{name} is a link");
            let source = package["resolved"].as_str();
            assert!(
                source.is_none_or(|source| source.starts_with("https://registry.npmjs.org/")),
                "{name}: {source:?}"
            );
        }
    }
    for package in ["src/report/page/web/package.json", "tests/browser/package.json"] {
        let package: Value = serde_json::from_str(&text(package)).unwrap();
        for key in ["dependencies", "devDependencies"] {
            for (name, version) in package[key].as_object().into_iter().flatten() {
                let is_exact = version.as_str().unwrap().chars().all(|one| one.is_ascii_digit() || one == '.');
                assert!(is_exact, "{name}: {version}");
            }
        }
    }
}

/// The packages that a file names, and those it pins to a version and to hashes.
fn pinned(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut named, mut pinned) = (BTreeSet::new(), BTreeSet::new());
    for line in lines {
        let requirement = line.split([';', ' ']).next().unwrap();
        let name = requirement.split("==").next().unwrap().to_lowercase();
        let hashes = line.split_whitespace().filter_map(|word| word.strip_prefix("--hash=sha256:"));
        let hashes: Vec<&str> = hashes.collect();
        if requirement.contains("==") && !hashes.is_empty() && hashes.iter().all(|hash| hash.len() == 64) {
            pinned.insert(name.clone());
        }
        named.insert(name);
    }
    (named, pinned)
}

#[test]
fn every_package_of_python_is_pinned_to_its_bytes() {
    for file in REQUIREMENTS {
        let (named, pinned) = pinned(&text(file));
        assert_eq!(named, pinned, "{file}: packages without a version or hashes");
        // What is wanted stands beside in a file of its own, from which this one is made.
        let wanted = text(&file.replace(".txt", ".in"));
        for line in wanted.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, version) = line.split_once("==").unwrap_or_else(|| panic!("{file}: {line} has no version"));
            assert!(
                text(file).contains(&format!("{}=={version}", name.to_lowercase())),
                "{file} is not made of {line}"
            );
        }
    }
    // The wheel that was built here is asked of no index.
    let is_safe = |line: &str| line.contains("--require-hashes") || line.contains("--no-index");
    let installs = |script: &str| -> Vec<String> {
        text(script).lines().filter(|line| line.contains("pip\" install")).map(str::to_owned).collect()
    };
    let made_by = "scripts/python_environment.sh";
    assert!(installs(made_by).len() == 2 && installs(made_by).iter().all(|line| is_safe(line)));
    let scripts = [
        "notebooks/execute.sh",
        "benches/python.sh",
        "scripts/wheel.sh",
        "tests/office/run.sh",
        "tests/python/run.sh",
        "tests/spark/run.sh",
    ];
    for script in scripts {
        assert!(text(script).contains(made_by) && installs(script).iter().all(|line| is_safe(line)), "{script}");
    }
}
