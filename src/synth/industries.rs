//! The industries of the invented firms: classes of GB/T 4754-2017 with plausible economic figures.

use crate::policy::Policy;

use super::chance::Chance;

/// A class of industry, with the economic figures of its firms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Industry {
    /// The GB/T 4754-2017 code, four digits.
    pub(super) code: String,
    /// The word for the industry in an invented name.
    pub(super) label: String,
    /// The share of the class among firms outside block economies.
    weight: f64,
    employees_median: f64,
    /// The output per employee and year, in 1000 CNY.
    output_per_employee_kcny: f64,
    /// The energy in tonnes of coal equivalent per million CNY of output.
    energy_tce_per_mcny: f64,
}

/// Code, label, weight, employees, output per employee (1000 CNY), energy per million CNY of output (tce).
type Row = (&'static str, &'static str, f64, f64, f64, f64);

#[rustfmt::skip]
const CLASSES: &[Row] = &[
    ("1019", "土砂石", 0.1, 14.0, 420.0, 12.0),
    ("1361", "水产加工", 0.6, 14.0, 520.0, 6.0), ("1411", "糕点", 0.8, 12.0, 380.0, 7.0),
    ("1461", "味精", 0.05, 60.0, 900.0, 32.0), ("1495", "食品添加剂", 0.15, 26.0, 800.0, 18.0),
    ("1511", "酒精", 0.08, 35.0, 850.0, 30.0), ("1514", "黄酒", 0.8, 24.0, 560.0, 12.0),
    ("1530", "茶叶", 1.2, 8.0, 320.0, 8.0),
    ("1711", "棉纺", 2.0, 28.0, 520.0, 14.0), ("1712", "棉织造", 2.2, 18.0, 480.0, 12.0),
    ("1713", "印染", 0.7, 48.0, 620.0, 46.0),
    ("1723", "毛染整", 0.05, 40.0, 560.0, 42.0), ("1733", "麻染整", 0.03, 36.0, 540.0, 42.0), ("1742", "丝织", 0.8, 20.0, 450.0, 10.0),
    ("1743", "丝绸印染", 0.15, 36.0, 560.0, 40.0), ("1751", "化纤织造", 2.4, 20.0, 560.0, 13.0),
    ("1752", "化纤染整", 0.45, 52.0, 640.0, 48.0), ("1761", "针织", 2.0, 16.0, 420.0, 8.0),
    ("1762", "针织染整", 0.3, 40.0, 580.0, 42.0), ("1771", "床品", 0.9, 18.0, 400.0, 4.0),
    ("1781", "非织造布", 0.4, 20.0, 650.0, 11.0),
    ("1819", "服装", 2.6, 16.0, 300.0, 2.5), ("1829", "针织服装", 2.4, 14.0, 310.0, 3.0),
    ("1830", "服饰", 1.6, 13.0, 320.0, 2.5), ("1910", "制革", 0.12, 30.0, 520.0, 22.0),
    ("1952", "制鞋", 0.7, 18.0, 280.0, 3.0), ("2032", "木门窗", 0.8, 9.0, 340.0, 5.0),
    ("2110", "木家具", 1.2, 10.0, 330.0, 4.0), ("2130", "金属家具", 0.6, 14.0, 380.0, 5.0),
    ("2221", "造纸", 0.2, 42.0, 820.0, 40.0), ("2231", "纸制品", 1.3, 13.0, 430.0, 6.0),
    ("2319", "包装印刷", 1.4, 12.0, 420.0, 5.0), ("2320", "印刷装订", 0.4, 8.0, 300.0, 3.0),
    ("2438", "珠宝", 0.9, 9.0, 520.0, 1.5), ("2521", "焦炭", 0.02, 90.0, 1600.0, 90.0),
    ("2614", "有机原料", 0.5, 40.0, 1500.0, 38.0), ("2641", "涂料", 0.5, 18.0, 900.0, 14.0),
    ("2645", "染料", 0.35, 46.0, 1300.0, 30.0), ("2661", "化学试剂", 0.6, 22.0, 1100.0, 18.0),
    ("2662", "专项化学品", 0.5, 24.0, 1200.0, 20.0), ("2710", "原料药", 0.3, 60.0, 1000.0, 26.0),
    ("2822", "涤纶", 0.35, 56.0, 1400.0, 34.0), ("2829", "合成纤维", 0.2, 40.0, 1200.0, 30.0),
    ("2913", "橡胶零件", 0.5, 14.0, 420.0, 9.0), ("2921", "塑料薄膜", 0.8, 15.0, 620.0, 11.0),
    ("2929", "塑料制品", 2.6, 11.0, 430.0, 9.0),
    ("3011", "水泥", 0.1, 60.0, 1100.0, 120.0), ("3021", "水泥制品", 0.8, 20.0, 620.0, 14.0),
    ("3031", "砖瓦", 0.5, 22.0, 360.0, 70.0), ("3034", "保温材料", 0.3, 16.0, 460.0, 22.0),
    ("3041", "平板玻璃", 0.03, 120.0, 950.0, 95.0), ("3099", "矿物制品", 0.4, 15.0, 440.0, 20.0),
    ("3120", "炼钢", 0.04, 110.0, 1800.0, 85.0), ("3130", "轧钢", 0.25, 40.0, 1600.0, 45.0),
    ("3140", "铁合金", 0.04, 55.0, 1200.0, 110.0), ("3211", "铜冶炼", 0.06, 60.0, 3200.0, 35.0),
    ("3212", "铅锌冶炼", 0.04, 60.0, 2400.0, 50.0), ("3216", "铝冶炼", 0.03, 80.0, 1900.0, 100.0),
    ("3251", "铜加工", 0.8, 22.0, 2200.0, 14.0), ("3252", "铝加工", 0.5, 20.0, 1500.0, 16.0),
    ("3321", "切削工具", 0.3, 13.0, 430.0, 6.0), ("3322", "手工具", 0.4, 11.0, 380.0, 6.0),
    ("3324", "刀剪", 0.2, 11.0, 360.0, 6.0), ("3381", "厨具", 0.5, 13.0, 400.0, 7.0),
    ("3389", "金属日用品", 0.6, 12.0, 380.0, 7.0),
    ("3311", "金属结构", 1.8, 13.0, 520.0, 6.0), ("3329", "金属工具", 0.9, 12.0, 400.0, 6.0),
    ("3351", "五金配件", 1.6, 11.0, 390.0, 7.0), ("3352", "水暖管件", 1.2, 15.0, 460.0, 8.0),
    ("3360", "热处理", 0.8, 13.0, 380.0, 26.0), ("3391", "铸铁", 0.6, 20.0, 440.0, 38.0),
    ("3392", "有色铸造", 0.4, 18.0, 560.0, 30.0), ("3443", "阀门", 1.2, 17.0, 480.0, 7.0),
    ("3451", "轴承", 0.7, 19.0, 420.0, 8.0),
    ("3452", "滑动轴承", 0.1, 16.0, 410.0, 8.0), ("3464", "制冷设备", 0.8, 24.0, 620.0, 5.0),
    ("3484", "机械零件", 2.2, 10.0, 390.0, 6.0), ("3489", "通用零部件", 1.6, 12.0, 420.0, 6.0),
    ("3551", "纺织机械", 1.3, 17.0, 480.0, 5.0), ("3670", "汽车配件", 1.6, 22.0, 560.0, 7.0),
    ("3812", "电机", 0.9, 18.0, 460.0, 5.0), ("3813", "微特电机", 0.5, 16.0, 440.0, 5.0), ("3821", "变压器", 0.5, 22.0, 640.0, 5.0),
    ("3843", "铅蓄电池", 0.06, 70.0, 900.0, 24.0), ("3854", "厨房电器", 0.9, 20.0, 480.0, 4.0),
    ("3872", "照明灯具", 0.9, 14.0, 420.0, 4.0), ("3982", "电子电路", 0.4, 30.0, 560.0, 12.0),
    ("4119", "日用杂品", 0.7, 12.0, 300.0, 3.0), ("4412", "热电", 0.05, 60.0, 1500.0, 160.0),
];

/// Returns the classes that belong to a sector of the policy.
pub(super) fn known(policy: &Policy) -> Vec<Industry> {
    CLASSES.iter().map(industry).filter(|industry| policy.sector_of(&industry.code).is_some()).collect()
}

/// Returns the classes that match the policy's code prefixes of a block economy or key industry. A prefix that matches
/// no known class is padded to four digits: with 9 其他, or with 0 if the group is not divided.
pub(super) fn of_prefixes(policy: &Policy, known: &[Industry], prefixes: &[String], label: &str) -> Vec<Industry> {
    let mut found = Vec::new();
    for prefix in prefixes {
        let before = found.len();
        found.extend(known.iter().filter(|industry| industry.code.starts_with(prefix.as_str())).cloned());
        if found.len() > before {
            continue;
        }
        let codes = ["", "0", "9", "90", "99"].map(|end| format!("{prefix}{end}"));
        if let Some(code) = codes.into_iter().find(|code| code.len() == 4 && policy.sector_of(code).is_some()) {
            found.push(Industry { code, label: label.to_owned(), ..industry(&("", "", 0.1, 14.0, 450.0, 10.0)) });
        }
    }
    found
}

/// Draws a class by weight.
pub(super) fn draw<'a>(industries: &'a [Industry], chance: &mut Chance) -> Option<&'a Industry> {
    let weights: Vec<f64> = industries.iter().map(|industry| industry.weight).collect();
    industries.get(chance.weighted(&weights)?)
}

/// Employees, output, tax, land and energy of one firm, rounded as in accounts.
pub(super) struct Economics {
    pub(super) employees: f64,
    pub(super) output_cny: f64,
    pub(super) tax_cny: f64,
    pub(super) land_mu: f64,
    pub(super) energy_tce: f64,
}

impl Industry {
    /// Draws the figures of a firm. Each is log-normal around the value suggested by the one before it, so the
    /// distributions have heavy tails.
    pub(super) fn economics(&self, chance: &mut Chance) -> Economics {
        let employees = chance.log_normal(self.employees_median, 0.95).clamp(1.0, 20_000.0).round();
        let output = employees * chance.log_normal(self.output_per_employee_kcny, 0.45);
        let tax = output * chance.log_normal(0.032, 0.5).min(0.2);
        let land = chance.log_normal(0.35, 0.5) * employees;
        let energy = output / 1000.0 * chance.log_normal(self.energy_tce_per_mcny, 0.4);
        Economics {
            employees,
            output_cny: output.round().max(1.0) * 1000.0,
            tax_cny: (tax * 10.0).round() * 100.0,
            land_mu: (land * 10.0).round() / 10.0,
            energy_tce: (energy * 10.0).round() / 10.0,
        }
    }
}

fn industry(row: &Row) -> Industry {
    let &(code, label, weight, employees_median, output_per_employee_kcny, energy_tce_per_mcny) = row;
    Industry {
        code: code.to_owned(),
        label: label.to_owned(),
        weight,
        employees_median,
        output_per_employee_kcny,
        energy_tce_per_mcny,
    }
}
