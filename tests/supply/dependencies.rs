//! The crates that are built, held against `deny.toml`: what `make audit` asks of them too, but for what is known of their faults,
//! which comes from a network.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::{repository, toml};

/// A crate of a version, and its licence.
type Crates = BTreeMap<(String, String), String>;

/// The words of an array.
fn words(value: &toml::Value) -> BTreeSet<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// The crates that are built for a system, for whatever reason; none where they are neither here nor to be had.
fn built_for(target: &str) -> Option<Crates> {
    let tree = |offline: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .current_dir(repository(""))
            .args([
                "tree",
                "--locked",
                "--workspace",
                "--all-features",
                "--edges",
                "normal,build,dev",
                "--prefix",
                "none",
            ])
            .args(["--format", "{p}|{l}", "--target", target])
            .args(offline)
            .output()
            .unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    };
    let text = tree(&["--offline"]).or_else(|| tree(&[]))?;
    let crates = text.lines().filter(|line| !line.is_empty()).map(|line| {
        let (name, licence) = line.trim_end_matches(" (*)").split_once('|').unwrap();
        let mut parts = name.split(' ');
        let (name, version) = (parts.next().unwrap(), parts.next().unwrap().trim_start_matches('v'));
        ((name.to_owned(), version.to_owned()), licence.to_owned())
    });
    Some(crates.collect())
}

/// The crates of all systems that are released for.
fn built() -> Crates {
    let deny = toml("deny.toml");
    let targets = words(&deny["graph"]["targets"]);
    let mut all = Crates::new();
    for target in &targets {
        match built_for(target) {
            Some(crates) => all.extend(crates),
            None => eprintln!("the crates of {target} alone are not here and cannot be had: they are not looked at"),
        }
    }
    assert!(all.len() > 200, "{} crates", all.len());
    all
}

/// Whether a licence, an expression of SPDX, can be met by those that are allowed.
fn is_met(expression: &str, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at, is_allowed);
    met && at == words.len()
}

fn either(words: &[&str], at: &mut usize, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = both(words, at, is_allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        // Both are read, whether or not the first is met.
        met |= both(words, at, is_allowed);
    }
    met
}

fn both(words: &[&str], at: &mut usize, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = one(words, at, is_allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, is_allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let word = words.get(*at).copied().unwrap_or_default();
    *at += 1;
    if word == "(" {
        let met = either(words, at, is_allowed);
        *at += 1;
        return met && words.get(*at - 1) == Some(&")");
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return is_allowed(&format!("{word} WITH {exception}"));
    }
    is_allowed(word)
}

#[test]
fn expressions_of_licences_are_read() {
    let allowed = |licence: &str| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&licence);
    for met in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-2.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception"] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for refused in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT OR ISC) AND GPL-3.0", "(MIT", "MIT ISC"] {
        assert!(!is_met(refused, &allowed), "{refused}");
    }
}

#[test]
fn every_licence_is_allowed() {
    let deny = toml("deny.toml");
    let allowed = words(&deny["licenses"]["allow"]);
    let exceptions = deny["licenses"]["exceptions"].as_array().unwrap();
    let refused: Vec<String> = built()
        .into_iter()
        .filter(|((name, _), licence)| {
            let excepted = exceptions.iter().find(|one| one["crate"].as_str() == Some(name));
            let excepted = excepted.map(|one| words(&one["allow"])).unwrap_or_default();
            !is_met(licence, &|word: &str| allowed.contains(word) || excepted.contains(word))
        })
        .map(|((name, version), licence)| format!("{name} {version}: {licence}"))
        .collect();
    assert!(refused.is_empty(), "licences that deny.toml does not allow:\n{}", refused.join("\n"));
}

#[test]
fn no_crate_is_banned_and_those_that_are_built_twice_are_known() {
    let deny = toml("deny.toml");
    let crates = built();
    for banned in deny["bans"]["deny"].as_array().unwrap() {
        let banned = banned["crate"].as_str().unwrap();
        assert!(crates.keys().all(|(name, _)| name != banned), "{banned} is banned by deny.toml");
    }
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    crates.keys().for_each(|(name, version)| versions.entry(name).or_default().push(version));
    let mut doubled: BTreeSet<String> = BTreeSet::new();
    for (name, versions) in versions.iter_mut().filter(|(_, versions)| versions.len() > 1) {
        versions.sort_by_key(|version| version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u64>>());
        doubled.extend(versions[..versions.len() - 1].iter().map(|version| format!("{name}@{version}")));
    }
    assert_eq!(deny["bans"]["multiple-versions"].as_str(), Some("deny"));
    let skipped = deny["bans"]["skip"].as_array().unwrap();
    assert!(skipped.iter().all(|one| one["reason"].as_str().is_some_and(|reason| !reason.is_empty())));
    let known: BTreeSet<String> = skipped.iter().map(|one| one["crate"].as_str().unwrap().to_owned()).collect();
    assert_eq!(doubled, known, "crates of several versions, the newest left out, and those that deny.toml knows");
}

#[test]
fn every_crate_comes_from_one_registry_and_is_locked_with_its_hash() {
    let deny = toml("deny.toml");
    let registries = words(&deny["sources"]["allow-registry"]);
    let [registry] = registries.iter().collect::<Vec<_>>()[..] else { panic!("{registries:?}") };
    let source = format!("registry+{registry}");
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        for locked in toml(lock)["package"].as_array().unwrap() {
            let name = locked["name"].as_str().unwrap();
            match locked.get("source") {
                None => assert!(name.starts_with("jiju"), "{lock}: {name} has no source"),
                Some(found) => {
                    assert_eq!(found.as_str(), Some(source.as_str()), "{lock}: {name}");
                    assert_eq!(locked["checksum"].as_str().map(str::len), Some(64), "{lock}: {name}");
                }
            }
        }
    }
}

/// A version of its own would be built again for the fuzzer, and another be tested than is released.
#[test]
fn what_is_fuzzed_is_what_is_released() {
    let packages = |lock: &str| -> BTreeMap<(String, String), toml::Value> {
        let lock = toml(lock);
        let packages = lock["package"].as_array().unwrap().iter();
        let key =
            |one: &toml::Value| (one["name"].as_str().unwrap().to_owned(), one["version"].as_str().unwrap().to_owned());
        packages.map(|one| (key(one), one.clone())).collect()
    };
    let released = packages("Cargo.lock");
    let fuzzed = packages("fuzz/Cargo.lock");
    let others: Vec<&str> =
        fuzzed.keys().filter(|key| !released.contains_key(*key)).map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        others,
        ["arbitrary", "jiju-fuzz", "libfuzzer-sys"],
        "copy Cargo.lock to fuzz/ and run cargo metadata there"
    );
    // Without one of them the fuzzer would not be built.
    let needed = |packages: &BTreeMap<(String, String), toml::Value>| -> BTreeSet<String> {
        let (_, own) = packages.iter().find(|((name, _), _)| name == "jiju").unwrap();
        own["dependencies"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let manifest = toml("Cargo.toml");
    let mut released = needed(&released);
    released.retain(|name| {
        let name = name.split(' ').next().unwrap();
        manifest["dev-dependencies"].get(name).is_none() || manifest["dependencies"].get(name).is_some()
    });
    assert_eq!(needed(&fuzzed), released, "run cargo metadata in fuzz/");
}

#[test]
fn no_version_is_left_open() {
    for manifest in ["Cargo.toml", "crates/core/Cargo.toml", "crates/fonts/Cargo.toml", "crates/macros/Cargo.toml"] {
        let manifest = toml(manifest);
        for key in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, wanted) in manifest.get(key).and_then(toml::Value::as_table).into_iter().flatten() {
                let version = wanted.as_str().or_else(|| wanted.get("version").and_then(toml::Value::as_str));
                assert!(version != Some("*"), "{name} is of any version");
            }
        }
    }
}
