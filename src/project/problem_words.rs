//! What the checks expected, in Chinese: problems are told in English, and sent back to districts in the words of an office.

use crate::policy::Policy;

/// What a check says, with `{}` for what it names, and how an office says it. The first that fits counts.
const SENTENCES: &[(&str, &str)] = &[
    ("{}; `{}` is near", "{}；与“{}”相近"),
    ("a programme of the policy", "方案中的工作任务"),
    ("a stage of the policy", "方案中的验收环节"),
    ("a ground of the policy", "方案中的淘汰依据"),
    ("a measure of the policy", "方案中的处置措施"),
    ("a sector of the policy", "方案中的行业"),
    ("a class of equipment of the policy", "方案中的主要设备"),
    ("one of the “four withouts” of the policy", "方案中的四无情形"),
    ("one of {}", "{}之一"),
    ("an id of the register {}", "企业名录（{}）中的代码"),
    ("the id of an enterprise of the register", "企业名录中企业的代码"),
    ("one entry per enterprise and programme; row {} has it already", "同一任务下每家企业只列一行；第{}行已有"),
    (
        "an id of its own; row {} has it already, and where that one stands it counts",
        "各自的代码；第{}行已有此代码，以该行的位置计",
    ),
    ("a date such as 2020-05-28; the cell was left out", "日期，如2020-05-28；此格未计"),
    ("no date before {} in `{}`", "不早于“{1}”（{0}）的日期"),
    ("a date, as the stage is `{}`", "填写日期，因验收环节为“{}”"),
    ("no date, as the stage is `{}`", "不填日期，因验收环节为“{}”"),
    ("the date of `{}`, as `{}` was passed", "“{}”的日期，因已通过“{}”"),
    ("the date on which stage `{}` was passed", "通过“{}”的日期列"),
    ("no date after {}", "不晚于{}的日期"),
    ("{}, where the firm stands and counts", "{}（按企业所在位置计）"),
    ("{}, where it stands, from which it lies {} m outside", "{}（按企业所在位置计，在其界外{}米）"),
    ("{}, where it stands, on whose boundary it lies", "{}（按企业所在位置计，位于界线上）"),
    ("{}, where it stands", "{}（按企业所在位置计）"),
    ("a firm; the row holds sums (合计) of other rows", "一家企业；此行为其他行的合计"),
    (
        "the {} characters of a code; a spreadsheet took it for a number and cut it to 15 digits: {}",
        "{}位代码；电子表格将其当作数字，只留15位：请把该列设为文本后重新填写",
    ),
    ("a unified social credit code, or a name", "统一社会信用代码，或企业名称"),
    (
        "a unified social credit code; `{}` made from name and address stands for it",
        "统一社会信用代码；暂以按名称和地址编的“{}”代替",
    ),
    ("a name", "企业名称"),
    ("half-width capitals without blanks; read as `{}`", "半角大写、不含空格；已按“{}”读取"),
    (
        "{} characters, not {}; one of 15 digits is an old registration number (注册号), which the code replaced",
        "{}位，现为{}位；15位数字是原注册号，应改用统一社会信用代码",
    ),
    ("{} characters, not {}", "{}位，现为{}位"),
    (
        "digits and capitals without I, O, S, V, Z, not `{}` in place {}",
        "数字和大写字母（不含I、O、S、V、Z），第{1}位不应为“{0}”",
    ),
    ("`{}` as the check character in place 18", "第18位校验码应为“{}”"),
    ("a code that falls in a sector of the policy", "属于方案所列行业的代码"),
    (
        "the four digits of a GB/T 4754-2017 class; a spreadsheet may have taken the zero before it, `{}`",
        "GB/T 4754-2017的四位小类代码；电子表格可能去掉了前面的0，应为“{}”",
    ),
    ("the four digits of a GB/T 4754-2017 class", "GB/T 4754-2017的四位小类代码"),
    ("a number not below zero; the cell was left out", "不小于0的数；此格未计"),
    (
        "an amount for each row; it stands in the merged cells {} and counts once, here, and not in row {}",
        "每行各填一个数；合并单元格{}中的数只计一次，计入本行，不计入第{}行",
    ),
    ("wgs84, cgcs2000, gcj02, bd09 or EPSG:n", "wgs84、cgcs2000、gcj02、bd09或EPSG:n"),
    ("{}, the datum of the file; the coordinates were converted", "全表的坐标系{}；坐标已换算"),
    ("coordinates; without them the firm stands nowhere", "经度和纬度；没有坐标则企业无法落位"),
    ("a coordinate, as the other one is given", "填写坐标，因另一坐标已填"),
    ("a number, or degrees, minutes and seconds", "数字，或度分秒"),
    ("a position; 0, 0 is written where none was measured", "实测位置；0, 0表示未测"),
    (
        "a longitude between 73 and 136, then a latitude between 3 and 54: they have changed places",
        "先经度（73至136）后纬度（3至54）：二者颠倒",
    ),
    ("a longitude between 73 and 136", "73至136之间的经度"),
    ("a latitude between 3 and 54", "3至54之间的纬度"),
    ("longitude and latitude in degrees{}", "以度为单位的经度和纬度，或写明坐标系"),
    ("easting and northing in metres of {}", "以米为单位的东、北坐标（{}）"),
    ("a position within the grid of shifts {}", "改正格网（{}）范围内的位置"),
    ("a position in {}", "{}范围内的位置"),
    (
        "its boundary, as its quotas are {} firms, none of which can count",
        "该区县的界线；其目标任务{}家，无界线则均不能计",
    ),
    ("valid rings", "正确的界线"),
    ("no ground in two areas of a layer", "同一图层的区域互不重叠"),
    ("no gap between neighbours", "相邻区域之间无空隙"),
];

/// What a check found where it is no cell of a file.
const FOUND: &[(&str, &str)] = &[
    ("no such column", "没有此列"),
    ("no area with the id `{}` or the name `{}`", "没有编码为“{}”或名称为“{}”的区域"),
    ("{} and {} share a sliver of {} m² near {}", "{}与{}重叠（狭条）{}平方米，在{}附近"),
    ("{} and {} share {} m² near {}", "{}与{}重叠{}平方米，在{}附近"),
    ("no area holds a sliver of {} m² near {} beside {}", "{}平方米的狭条（在{}附近，邻{}）不属任何区域"),
    ("no area holds {} m² near {} beside {}", "{}平方米（在{}附近，邻{}）不属任何区域"),
];

/// What a check expected, in Chinese; a sentence that is not known stays as it is.
pub(super) fn expected_in_chinese(text: &str, policy: &Policy) -> String {
    said(SENTENCES, text, policy).unwrap_or_else(|| text.to_owned())
}

/// What a check found in the place of a row, in Chinese. What stands in a cell is left as it is.
pub(super) fn found_in_chinese(text: &str, policy: &Policy) -> String {
    said(FOUND, text, policy).unwrap_or_else(|| text.to_owned())
}

fn said(sentences: &[(&str, &str)], text: &str, policy: &Policy) -> Option<String> {
    let (parts, words) = sentences.iter().find_map(|(pattern, words)| Some((named(pattern, text)?, *words)))?;
    let parts: Vec<String> = parts
        .into_iter()
        .map(|part| {
            let stage = policy.stages.iter().find(|stage| stage.term.id == part);
            let name = stage.map(|stage| stage.term.name_zh.clone());
            name.or_else(|| said(sentences, part, policy)).unwrap_or_else(|| part.to_owned())
        })
        .collect();
    let mut out = String::new();
    let (mut rest, mut next) = (words, 0);
    while let Some((before, behind)) = rest.split_once('{') {
        let (place, after) = behind.split_once('}')?;
        let place = if place.is_empty() { next } else { place.parse().ok()? };
        out.push_str(before);
        out.push_str(parts.get(place)?);
        (rest, next) = (after, place + 1);
    }
    out.push_str(rest);
    Some(out)
}

/// What stands in a text where a pattern has `{}`; none where it does not fit.
fn named<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut parts = Vec::new();
    let pieces: Vec<&str> = pieces.collect();
    for (place, piece) in pieces.iter().enumerate() {
        let is_last = place + 1 == pieces.len();
        let end = match (is_last, piece.is_empty()) {
            (true, true) => rest.len(),
            (true, false) => rest.len().checked_sub(piece.len()).filter(|_| rest.ends_with(piece))?,
            (false, _) => rest.find(piece)?,
        };
        parts.push(&rest[..end]);
        rest = &rest[end + piece.len()..];
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_in_chinese() {
        let policy =
            crate::policy::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020").as_ref()).unwrap();
        let told = |text: &str| expected_in_chinese(text, &policy);
        assert_eq!(told("no date before 2020-08-28 in `镇街自验日期`"), "不早于“镇街自验日期”（2020-08-28）的日期");
        assert_eq!(told("a date, as the stage is `review`"), "填写日期，因验收环节为“区县复验”");
        assert_eq!(told("a stage of the policy; `区县复验` is near"), "方案中的验收环节；与“区县复验”相近");
        assert_eq!(told("18 characters, not 17"), "18位，现为17位");
        assert_eq!(told("柯桥区, where it stands"), "柯桥区（按企业所在位置计）");
        assert_eq!(told("something else"), "something else");
        let found = "no area with the id `330603` or the name `柯桥区`";
        assert_eq!(found_in_chinese(found, &policy), "没有编码为“330603”或名称为“柯桥区”的区域");
        assert_eq!(found_in_chinese("9月中旬", &policy), "9月中旬");
    }
}
