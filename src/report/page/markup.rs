use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::{Page, SCRIPT, STYLE};
use crate::model::Language;
use crate::render::{Theme, boundaries_said};

/// Returns the HTML of the page with its data. The script fills the empty elements.
pub(super) fn html(page: &Page, data: &str, node_m: f64) -> Markup {
    let words = |zh: &'static str, en: &'static str| page.language.pick(zh, en);
    let style = format!("{}{STYLE}", theme(&Theme::default()));
    // Only what stands in this file may run or be shown, and nothing may be asked of anyone.
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(&style)
    );
    html! {
        (DOCTYPE)
        html lang=(page.language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (page.title) }
                style { (PreEscaped(style)) }
            }
            body {
                a.skip href="#ranking" { (words("跳到排名表", "Skip to the ranking")) }
                header.top {
                    div.titles {
                        h1 { (page.title) }
                        p.meta {
                            (words("截至 ", "as of ")) (page.as_of)
                            @if !page.document.is_empty() { " · " (page.document) }
                        }
                    }
                    @if page.synthetic {
                        p.notice { (words("示例数据，非真实企业", "Synthetic sample data, no real firms")) }
                    }
                    (search(page))
                }
                noscript { p.notice { (words("本页需要浏览器启用 JavaScript。", "This page needs JavaScript.")) } }
                (controls(page.language))
                main {
                    (map(page.language))
                    div.side #side { (ranking(page.language)) (detail(page.language)) }
                }
                (footer(page, node_m))
                div.unseen #live role="status" aria-live="polite" {}
                script type="application/json" #data { (PreEscaped(data)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn search(page: &Page) -> Markup {
    let words = |zh: &'static str, en: &'static str| page.language.pick(zh, en);
    let label = if page.firms.is_some() {
        words("查找区域、企业名称或代码", "Find an area, a firm or its code")
    } else {
        words("查找区域", "Find an area")
    };
    html! {
        search.find {
            input #search type="text" role="combobox" aria-label=(label) placeholder=(label) autocomplete="off"
                spellcheck="false" aria-expanded="false" aria-controls="hits" aria-autocomplete="list";
            ul #hits role="listbox" aria-label=(words("查找结果", "What was found")) hidden {}
        }
    }
}

fn controls(language: Language) -> Markup {
    let words = |zh: &'static str, en: &'static str| language.pick(zh, en);
    html! {
        section.controls aria-label=(words("显示内容", "What is shown")) {
            label { span { (words("图层", "Layer")) } select #layer autocomplete="off" {} }
            label { span { (words("主题", "Subject")) } select #theme autocomplete="off" {} }
            label { span { (words("指标", "Column")) } select #column autocomplete="off" {} }
            label.time #time {
                span { (words("时点", "Day")) }
                input #stop type="range" min="0" step="1" autocomplete="off";
                output #day for="stop" {}
            }
        }
    }
}

fn map(language: Language) -> Markup {
    let words = |zh: &'static str, en: &'static str| language.pick(zh, en);
    html! {
        section.map-panel aria-labelledby="map-title" {
            h2 #map-title {}
            div #map-box {
                svg #map role="application" aria-labelledby="map-title" aria-describedby="map-help" {}
                div.zoom role="group" aria-label=(words("缩放", "Zoom")) {
                    button #zoom-in type="button" aria-label=(words("放大", "Zoom in")) { "+" }
                    button #zoom-out type="button" aria-label=(words("缩小", "Zoom out")) { "−" }
                    button #zoom-all type="button" { (words("全图", "All")) }
                }
                label.over #over-label { input #over type="checkbox" autocomplete="off"; span #over-text {} }
                div.corner {
                    div #legend role="group" aria-label=(words("图例", "Legend")) {}
                    svg #scale aria-hidden="true" {}
                }
                div #tip aria-hidden="true" hidden {}
            }
            p.unseen #map-help {
                (words(
                    "方向键移到相邻区域，回车选中，加减号缩放，0 显示全图，Shift 加方向键平移，Esc 取消选中。",
                    "Arrow keys go to the next area, Enter selects it, plus and minus zoom, 0 shows the whole map, \
                     Shift with arrow keys pans, Escape clears the selection.",
                ))
            }
        }
    }
}

fn ranking(language: Language) -> Markup {
    let words = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let filter = words("筛选名称", "Filter by name");
    html! {
        section.ranking aria-labelledby="ranking-title" {
            div.bar {
                h2 #ranking-title { (words("排名", "Ranking")) }
                input #filter type="search" aria-label=(filter) placeholder=(filter) autocomplete="off";
                button #csv type="button" { (words("下载 CSV", "Download CSV")) }
            }
            div.scroll role="region" aria-label=(words("排名表", "Table of the ranking")) tabindex="0" { table #ranking tabindex="-1" {} }
        }
    }
}

fn detail(language: Language) -> Markup {
    html! {
        section.detail aria-labelledby="detail-title" {
            div.bar {
                h2 #detail-title tabindex="-1" { (language.pick("区域详情", "Area")) }
                button #close type="button" hidden { (language.pick("取消选中", "Clear")) }
            }
            div #detail {}
        }
    }
}

fn footer(page: &Page, node_m: f64) -> Markup {
    let words = |zh: &'static str, en: &'static str| page.language.pick(zh, en);
    let review = page.review_number.as_deref().unwrap_or(words("未经地图审核", "map not reviewed"));
    // Vertices are moved to the nodes of a grid: these are never the boundaries of the source.
    let simplified = boundaries_said(&page.boundary_edits, true, page.language).unwrap_or_default();
    let node_m = format!("{:.1} m", node_m.max(0.1));
    html! {
        footer {
            p {
                @if page.synthetic { strong { (words("示例数据，非真实企业。", "Synthetic sample data, no real firms. ")) } }
                (words("截至日期：", "As of: ")) (page.as_of) (words("。审图号：", ". Map review number 审图号: ")) (review)
                (words("。投影：", ". Projection: ")) (page.projection) (words("。", "."))
            }
            p {
                @if let Some(boundaries) = &page.boundaries { (words("边界：", "Boundaries: ")) (boundaries) (words("。", ". ")) }
                (simplified) (words("（顶点取到 ", " (vertices moved to nodes ")) (node_m) (words("格网）", " apart)")) (words("。", "."))
            }
            @if !page.sources.is_empty() {
                p { (words("数据来源：", "Sources: ")) (page.sources.join(words("；", "; "))) }
            }
            @if page.min_firms > 1 {
                p {
                    @match page.language {
                        Language::Zh => {
                            "企业少于 " (page.min_firms) " 家的区域和行业单元隐去数字，凭合计可推算出它们的其他单元一并隐去；其中的企业不列出，但上级合计包含它们。"
                        }
                        Language::En => {
                            "Areas and sectors in them with fewer than " (page.min_firms)
                            " firms are masked, as are others from which they could be computed; their firms are not listed, "
                            "but totals of larger areas include them."
                        }
                    }
                }
            }
        }
    }
}

/// The house style's colours for the style sheet.
fn theme(theme: &Theme) -> String {
    let Theme { paper, ink, muted, rule, accent, alert, no_data, border, no_quota, .. } = theme;
    format!(
        ":root{{--paper:{paper};--ink:{ink};--muted:{muted};--rule:{rule};--accent:{accent};--alert:{alert};\
         --no-data:{no_data};--border:{border};--ground:{no_quota}}}"
    )
}

/// Returns the hash by which a Content-Security-Policy allows an inline script or style.
pub(super) fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
