//! Where.

use super::Writer;
use crate::model::Language;
use crate::model::column::percent;
use crate::project::dossier::desk::number;
use crate::project::dossier::say;
use crate::report::Words;

/// The small areas that are named.
const NAMED: usize = 3;
/// Clusters whose hulls differ by this factor depend on the method.
const TIMES_APART: f64 = 2.0;
/// Shares in parks that differ by more, in parts of one, depend on the boundaries.
const PARKS_APART: f64 = 0.1;

impl Writer<'_> {
    pub(in crate::project::dossier) fn stands(&self) -> Vec<Words> {
        let places = &self.found.places;
        if places.firms == 0 {
            return vec![Words::text(self.pick(
                "没有可定位的企业，分布在何处无从说起。",
                "No firm has a location: where they stand cannot be said.",
            ))];
        }
        [self.areas(), self.parks(), self.centres(), self.clusters()].into_iter().flatten().map(Words::text).collect()
    }

    fn areas(&self) -> Option<String> {
        let (language, places) = (self.language(), &self.found.places);
        let layer = say::layer_name(&self.desk.layer, language);
        let share = |firms: usize| percent(firms as f64 / places.firms as f64);
        let named: Vec<String> = places
            .areas
            .iter()
            .take(NAMED)
            .map(|(name, firms)| {
                language.pick(
                    format!("{name}{firms}家（{}）", share(*firms)),
                    format!("{name} {firms} ({})", share(*firms)),
                )
            })
            .collect();
        if named.is_empty() {
            return None;
        }
        let together: usize = places.areas.iter().take(NAMED).map(|(_, firms)| firms).sum();
        let (count, together, named) = (places.areas.len(), share(together), self.list(&named));
        Some(match language {
            Language::Zh => format!(
                "{}家有坐标的企业分布在{count}个{layer}，最多的是{named}，合计{together}。",
                say::decimal(places.firms as f64, 0)
            ),
            Language::En => format!(
                "The {} firms with a location stand in {count} {layer}, most of them in {named}: {together} together.",
                say::decimal(places.firms as f64, 0)
            ),
        })
    }

    fn parks(&self) -> Option<String> {
        let language = self.language();
        let Some((share, moved)) = self.found.places.in_parks else {
            return Some(self.pick(
                "项目没有园区图层，入园率无法计算。",
                "The project has no layer of parks: the share in parks cannot be computed.",
            ));
        };
        let error = say::distance(self.desk.request.location_error.metres(), language);
        let share = percent(share);
        Some(match (moved, language) {
            (Some([inward, outward]), Language::Zh) => {
                let verdict = if self.parks_apart() {
                    "：入园率取决于园界和定位"
                } else {
                    "：入园率对园界不敏感"
                };
                format!(
                    "园区和小微企业园内的占{share}；园界向内、向外移{error}，为{}至{}{verdict}。",
                    percent(inward),
                    percent(outward)
                )
            }
            (Some([inward, outward]), Language::En) => {
                let verdict = if self.parks_apart() {
                    "it depends on where boundaries and firms are put"
                } else {
                    "it does not hang on the boundaries"
                };
                let (inward, outward) = (percent(inward), percent(outward));
                format!(
                    "{share} stand in parks; with the boundaries of parks moved {error} inward and outward it is {inward} to {outward}: {verdict}."
                )
            }
            (None, Language::Zh) => format!("园区和小微企业园内的占{share}。"),
            (None, Language::En) => format!("{share} stand in parks."),
        })
    }

    fn centres(&self) -> Option<String> {
        let language = self.language();
        let centres = self.found.places.centres.as_ref()?;
        let cell = |name: &str| number(centres, 0, name);
        let (x, y) = (cell("mean_x_m")? - cell("median_x_m")?, cell("mean_y_m")? - cell("median_y_m")?);
        let apart_m = x.hypot(y);
        let at = format!("{}°E, {}°N", say::decimal(cell("median_lon")?, 4), say::decimal(cell("median_lat")?, 4));
        let (apart, spread) = (say::distance(apart_m, language), say::distance(cell("standard_distance_m")?, language));
        let verdict = match (self.centres_apart(), language) {
            (true, Language::Zh) => "两个中心不一致，企业分处几片，单一中心不能代表",
            (true, Language::En) => {
                "the two disagree: the firms stand in several places, for which no one centre stands"
            }
            (false, Language::Zh) => "两个中心一致",
            (false, Language::En) => "the two agree",
        };
        Some(match language {
            Language::Zh => format!("中位中心在 {at}，平均中心距它{apart}，标准距离{spread}：{verdict}。"),
            Language::En => format!(
                "The median centre is at {at}, the mean centre {apart} from it, the standard distance is {spread}: {verdict}."
            ),
        })
    }

    fn clusters(&self) -> Option<String> {
        let language = self.language();
        let Some([dense, any]) = &self.found.places.clusters else {
            return Some(self.pick("只有一家企业，没有集聚区可言。", "Of one firm there is no cluster."));
        };
        let (radius, least) =
            (say::distance(self.desk.request.radius.metres(), language), self.desk.request.min_points);
        let area = |km2: Option<f64>| km2.map_or_else(|| "–".to_owned(), |km2| say::decimal(km2, 1));
        let (dense_area, any_area) = (area(dense.area_km2), area(any.area_km2));
        let (dense_share, any_share) = (say::share(dense.share), say::share(any.share));
        let times = self.hulls_apart();
        let verdict = match (times, language) {
            (Some(times), Language::Zh) if times >= TIMES_APART => {
                format!("两法外廓面积相差{}倍：集聚区的范围取决于方法，不是边界。", say::decimal(times, 1))
            }
            (Some(times), Language::En) if times >= TIMES_APART => {
                format!(
                    "Their hulls differ {}-fold: the extent of clusters is that of a method, and no boundary.",
                    say::decimal(times, 1)
                )
            }
            (Some(_), Language::Zh) => "两法外廓面积相近。".to_owned(),
            (Some(_), Language::En) => "Their hulls are of about the same size.".to_owned(),
            (None, Language::Zh) => "至少一法没有得到集聚区，面积无定义。".to_owned(),
            (None, Language::En) => "One of them at the least finds no cluster: the area is undefined.".to_owned(),
        };
        let mut more = String::new();
        if let Some(alike) = dense.alike(any).filter(|_| dense.count + any.count > 0) {
            let alike = percent(alike);
            more += &language.pick(
                format!("对{alike}的企业两法判断相同（都在集聚区内或都在外）。"),
                format!(" Of {alike} of the firms both say the same: in a cluster, or in none."),
            );
        }
        if let Some(least) = any.sparsest_per_km2 {
            let least = say::decimal(least, 1);
            more += &language.pick(
                format!("HDBSCAN 最稀的一区每 km² 只有{least}家。"),
                format!(" The sparsest cluster of HDBSCAN has {least} firms per km²."),
            );
        }
        let verdict = format!("{verdict}{more}");
        Some(match language {
            Language::Zh => format!(
                "DBSCAN（{radius}内至少{least}家）得{}个集聚区，含{dense_share}的企业，外廓合计 {dense_area} km²；HDBSCAN（每区至少{least}家）得{}个，含{any_share}，合计 {any_area} km²。{verdict}",
                dense.count, any.count
            ),
            Language::En => format!(
                "DBSCAN ({least} firms within {radius}) finds {} clusters with {dense_share} of the firms and hulls of {dense_area} km²; HDBSCAN ({least} firms at the least) {} with {any_share} and {any_area} km². {verdict}",
                dense.count, any.count
            ),
        })
    }

    /// How many times the hulls of one method are those of the other; none where one has none.
    pub(super) fn hulls_apart(&self) -> Option<f64> {
        let [dense, any] = self.found.places.clusters.as_ref()?;
        let (one, other) = dense.area_km2.zip(any.area_km2)?;
        Some(one.max(other) / one.min(other).max(f64::MIN_POSITIVE))
    }

    /// Whether the hulls of one method are much larger than those of the other.
    pub(super) fn are_hulls_apart(&self) -> bool {
        self.hulls_apart().is_some_and(|times| times >= TIMES_APART)
    }

    /// Whether the mean and the median centre are farther apart than the radius.
    pub(super) fn centres_apart(&self) -> bool {
        let Some(centres) = &self.found.places.centres else { return false };
        let apart = |axis: &str| {
            Some(number(centres, 0, &format!("mean_{axis}_m"))? - number(centres, 0, &format!("median_{axis}_m"))?)
        };
        apart("x").zip(apart("y")).is_some_and(|(x, y)| x.hypot(y) > self.desk.request.radius.metres())
    }

    /// Whether the share in parks changes much where boundaries of parks are moved.
    pub(super) fn parks_apart(&self) -> bool {
        let moved = self.found.places.in_parks.and_then(|(_, moved)| moved);
        moved.is_some_and(|[inward, outward]| outward - inward > PARKS_APART)
    }
}
