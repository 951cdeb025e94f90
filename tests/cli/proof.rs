//! `jiju proof`: figures in somebody's text against the tables.

use super::run::Project;
use super::{DISTRICTS, Outcome, jiju, repository, rows, sample};

fn desk() -> Project {
    Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap())
}

fn proof(desk: &Project, name: &str, text: &str) -> (Outcome, Vec<Vec<String>>) {
    desk.folder.write(name, text);
    let output = desk.folder.path("findings.csv");
    let outcome = jiju(["proof", &desk.folder.path(name), &desk.folder.path("jiju.toml"), "-o", &output]);
    let found = rows(&desk.folder.file("findings.csv"));
    (outcome, found)
}

/// A text in which all is right, by the quota table of the README: 柯桥区 19 of 30, 越城区 35, 诸暨市 179 of 180 …
const RIGHT_ZH: &str = "\
# 淘汰落后产能
截至2020年9月30日，淘汰落后产能全市目标任务150家，验收完成119家，完成率79.3%，缺口31家。
柯桥区完成十九家，完成率63.3%，缺口11家，排名第6；越城区35家，已完成百分之一百，位居第一位。
柯桥区列入台账33家，其中镇街自验24家、区县复验19家。
越城区、柯桥区分别完成35家、19家。去年柯桥区完成99家。
“低散乱”整治目标任务1,000家，完成约850家，超过800家；诸暨市完成近180家，完成率99%，不到十成。
市政府2020年5月印发绍市工转升办〔2020〕14号，见表2，入园5公里。
";

const RIGHT_EN: &str = "\
Retire outdated capacity: as of 30 September 2020 the city's quota is 150 firms, 119 are accepted (79.3 %), 31 are missing.
Keqiao has 19 accepted (63.3 %), 11 missing, rank 6. Yuecheng ranks 1st with 35 accepted.
";

#[test]
fn a_text_that_is_right_has_no_finding() {
    let desk = desk();
    for (name, text, least) in [("a.txt", RIGHT_ZH, 18), ("b.md", RIGHT_EN, 9)] {
        let (outcome, found) = proof(&desk, name, text);
        assert_eq!(outcome.status, 0, "{found:#?}\n{}", outcome.stderr);
        let told = outcome.stderr.lines().find(|line| line.contains("numbers held against")).unwrap();
        let matched: usize =
            told.trim_start_matches(|one: char| !one.is_ascii_digit()).split(' ').next().unwrap().parse().unwrap();
        assert!(matched >= least, "{told}\n{}", outcome.stderr);
    }
    // What is of another year, and kilometres, are not judged, and counted.
    let (outcome, _) = proof(&desk, "a.txt", RIGHT_ZH);
    assert!(
        outcome.stderr.contains("could not be matched with a cell") && outcome.stderr.contains("99家"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn each_false_figure_is_found_with_its_cell() {
    let desk = desk();
    for (right, wrong, expected) in [
        ("目标任务150家", "目标任务155家", ["155家", "150", "全市"]),
        ("验收完成119家", "验收完成121家", ["121家", "119", ""]),
        ("完成率79.3%", "完成率79.8%", ["79.8%", "79.3%", ""]),
        ("完成十九家", "完成二十九家", ["二十九家", "19", "柯桥区"]),
        ("排名第6", "排名第5", ["5", "6", "柯桥区"]),
        ("百分之一百", "百分之九十八", ["百分之九十八", "100.0%", "越城区"]),
        ("镇街自验24家", "镇街自验26家", ["26家", "24", "柯桥区"]),
        ("分别完成35家、19家", "分别完成19家、35家", ["19家", "35", "越城区"]),
        ("完成约850家", "完成约0.07万家", ["0.07万家", "851", ""]),
        ("超过800家", "超过900家", ["900家", "851", ""]),
        ("2020年9月30日", "2020年6月30日", ["2020-06-30", "2020-09-30", ""]),
    ] {
        assert!(RIGHT_ZH.contains(right), "{right}");
        let (outcome, found) = proof(&desk, "a.txt", &RIGHT_ZH.replace(right, wrong));
        assert_eq!(outcome.status, 1, "{wrong}: {}", outcome.stderr);
        let row = &found[1];
        assert_eq!([row[2].as_str(), row[3].as_str()], expected[..2], "{wrong}: {found:?}");
        assert!(row[1].contains(wrong.trim_start_matches("分别完成")) && !row[4].is_empty(), "{row:?}");
        assert!(expected[2] == "全市" || row[5].contains(expected[2]), "{row:?}");
    }
    for (right, wrong, expected) in [
        ("119 are accepted", "121 are accepted", ["121", "119"]),
        ("(63.3 %)", "(66.3 %)", ["66.3 %", "63.3%"]),
        ("rank 6", "rank 4", ["4", "6"]),
        ("ranks 1st", "ranks 2nd", ["2nd", "1"]),
        ("30 September", "30 June", ["2020-06-30", "2020-09-30"]),
    ] {
        let (outcome, found) = proof(&desk, "b.md", &RIGHT_EN.replace(right, wrong));
        assert_eq!(outcome.status, 1, "{wrong}: {}", outcome.stderr);
        assert_eq!([found[1][2].as_str(), found[1][3].as_str()], expected, "{found:?}");
    }
}

#[test]
fn our_own_bulletin_bears_itself_out_and_a_changed_one_does_not() {
    let desk = desk();
    let project = desk.folder.path("jiju.toml");
    let bulletin = desk.folder.path("bulletin.docx");
    for language in ["zh", "en"] {
        let made = jiju(["report", &project, "--lang", language, "-o", &bulletin]);
        assert_eq!(made.status, 0, "{}", made.stderr);
        let outcome = jiju(["proof", &bulletin, &project, "--lang", language, "--format", "csv"]);
        assert_eq!(outcome.status, 0, "{}{}", outcome.stdout, outcome.stderr);
    }
    let outcome = jiju(["proof", &bulletin, &project, "--as-of", "2020-06-30", "--format", "csv"]);
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.lines().count() > 20, "{}", outcome.stdout);
    let outcome = jiju(["proof", &project, &project]);
    assert!(outcome.status == 2 && outcome.stderr.contains("docx, txt, md"), "{}", outcome.stderr);
}
