//! The texts of a folder to start from.

use std::fmt::Write as _;

use super::super::file::FigureRequest;
use crate::policy::Policy;

/// The layers over which concentration is measured.
pub(super) const LAYERS: [&str; 2] = ["district", "town"];

/// What is told of the folder.
pub(super) const README: &str = "\
jiju 项目文件夹

  jiju.toml          项目文件：数据、方案、图件、通报的设置，逐行有说明
  policy/            方案文件夹：目标任务、行业、块状行业、验收环节等，每行注明出处
  data/              企业名录、管理台账（带下拉选项的工作簿）、区划、园区
  maps/              每幅图一个规格文件
  templates/         通报模板：文字（txt）或 Word 文档（docx），可以直接修改
  out/               运行后生成：通报、工作簿、网页、图件、名单

在本文件夹中运行：

  jiju run                        全部成果
  jiju report -o 通报.docx        只做通报（docx、pdf、html、xlsx）
  jiju check                      只核查数据
  jiju progress                   只算进度

示例数据均为虚构：企业、园区、乡镇街道都不存在，区划是示意方格，不是行政区划界线。
换成自己的数据时，改 data/ 中的文件，并把 jiju.toml 中的 synthetic 改为 false。
公开出版的地图须使用有审图号的底图。

The example data are invented: firms, parks and towns do not exist, and the districts are tiles, not boundaries.
";

/// What is told of a policy folder to fill in.
pub(super) const POLICY: &str = "\
在本文件夹的各表中逐行填写方案内容，每行在 source 列注明文件出处；policy.toml 写文件、任务和期限。
填好以后，把企业名录、管理台账和区划放入 data/，运行 jiju check，逐条列出仍有问题之处。
代码（id）用小写英文字母、数字和下划线。districts.csv 中的 adcode 与区划图层的编码一致。
quotas.csv 中每项任务、每个区县一行，另有全市一行，全市等于各区县之和。
stages.csv 按先后写验收环节，第一行是列入台账。

Fill in the tables of this folder; each row names its place in the document in the column source.
";

/// The project file.
pub(super) fn project(policy: Option<&Policy>, maps: &[FigureRequest], charts: &[FigureRequest]) -> String {
    let title = match policy {
        Some(policy) => format!("{}年{}工作进度通报", policy.year, policy.city.name_zh),
        None => "工作进度通报".to_owned(),
    };
    let (year, name_en) = policy.map_or((2020, "City"), |policy| (policy.year, policy.city.name_en.as_str()));
    let (is_example, boundaries) = match policy {
        Some(_) => ("true ", "示意方格，非行政区划界线"),
        None => ("false", "请写明区划数据来源"),
    };
    let mut text = format!(
        "# 项目文件：在本文件夹中运行 jiju run。文件名均从本文件夹算起。 The project file; run `jiju run` in its folder.

title = \"{title}\"
language = \"zh\"                          # zh, en
as_of = {year}-09-30                      # 截至日期：通报哪一天的状态
policy = \"policy\"                        # 方案文件夹
output = \"out\"                           # 成果文件夹
synthetic = {is_example}                        # 数据是否虚构；true 时每幅图都注明“示例数据，非真实企业”
boundaries = \"{boundaries}\"
sources = [\"企业与园区：随机生成的示例数据\"]
# review_number = \"浙S（2020）1号\"         # 审图号
# grid = \"EPSG:4549\"                     # 制图所用的坐标系；不写则按数据位置选取

[en]                                     # 英文版用语
title = \"{name_en} {year}: progress\"

[register]                               # 企业名录：xlsx, csv, ods, parquet …
file = \"data/企业名录.xlsx\"
reference = \"wgs84\"                      # 坐标系：wgs84, cgcs2000, gcj02（高德、腾讯）, bd09（百度）, EPSG:n
# columns = {{ id = \"代码\" }}              # 表头识别不了时：规范列名 = 表中的表头

[ledger]                                 # 管理台账
file = \"data/管理台账.xlsx\"
# sheet = \"台账\"
# columns = {{ stage = \"验收进度\" }}

[[layer]]                                # 区县：目标任务按此图层计
name = \"district\"
file = \"data/districts.geojson\"
id = \"id\"                                # 与方案 districts.csv 的 adcode 一致的列
label = \"name\"
"
    );
    if policy.is_some() {
        for (name, file, what) in [
            ("town", "towns", "乡镇街道"),
            ("park", "parks", "园区"),
            ("small_micro_park", "small_micro_parks", "小微企业园"),
        ] {
            let _ = write!(
                text,
                "\n[[layer]]                                # {what}\nname = \"{name}\"\nfile = \"data/{file}.geojson\"\n"
            );
        }
        let _ = write!(
            text,
            "\n[concentration]                          # 集聚：按哪些图层、哪些数量计\nlayers = [\"district\", \"town\"]\nweights = [\"employees\", \"output_cny\"]\n"
        );
    }
    text.push_str(
        "
[join]
snap = \"200m\"                            # 离区县、乡镇边界不超过此距离的企业仍归其内

[spot_check]                             # 市级抽验：每个区县、每项任务抽取的比例，种子相同则抽中的企业相同
share = 0.1
seed = 1

[bulletin]                               # 通报
template = \"templates/通报.txt\"          # 文字模板，可以直接修改；也可用 WPS、Word 修改 templates/通报.docx，并写在这里
# masthead = \"××市工业转型升级领导小组办公室文件\"   # 发文机关标志
# number = \"×工转升办〔2020〕1号\"         # 发文字号
# issuer = \"××市工业转型升级领导小组办公室\"       # 发文机关；不写则为方案的发文机关
# issued_on = 2020-10-12                 # 成文日期；不写则为截至日期
# copy_to = [\"市府办\"]                    # 抄送
# double_sided = false                   # 单面印刷：版记不必在双数页
# fonts = \"fonts\"                        # 单位字体文件夹：PDF 用其中的仿宋、小标宋、黑体、楷体、宋体
",
    );
    if maps.is_empty() {
        text.push_str("\n# 不写 [[map]]、[[chart]] 则画常用的图。\n");
    }
    for (kind, figures) in [("map", maps), ("chart", charts)] {
        for figure in figures {
            let _ = write!(text, "\n[[{kind}]]\nname = \"{name}\"\nspec = \"maps/{name}.toml\"\n", name = figure.name);
        }
    }
    text
}
