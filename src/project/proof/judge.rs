//! Which cell a number of a sentence is about, and whether it says the same.

use super::facts::Fact;
use super::numbers::{Claim, Stated, Unit, numbers};
use super::terms::{Found, Measure, Terms, folded, names_in};

/// A number of a text that a cell contradicts.
#[derive(Debug, Clone)]
pub(super) struct Contradiction {
    pub(super) paragraph: usize,
    pub(super) sentence: String,
    pub(super) found: String,
    pub(super) fact: Fact,
}

/// What is known at a place of a text from what stands before.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub(super) place: Option<String>,
    pub(super) programme: Option<String>,
}

/// What was made of the numbers of a text.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// How many numbers were held against a cell.
    pub(super) matched: usize,
    pub(super) contradictions: Vec<Contradiction>,
    /// The numbers that were held against none, each with the words before it.
    pub(super) unmatched: Vec<String>,
}

pub(super) struct Judge<'a> {
    pub(super) terms: &'a Terms,
    pub(super) facts: &'a [Fact],
    /// The id of the city, of which a number is that names no district.
    pub(super) city: &'a str,
    pub(super) year: i32,
}

/// Words of a sentence that tells of another time than the as-of date.
const OTHER_TIMES: [&str; 5] = ["去年", "上年", "明年", "last year", "next year"];
/// Words behind which the next number is of another time.
const BEFORE_OTHER: [&str; 6] = ["上季度", "上一季度", "上月", "下季度", "last quarter", "next quarter"];

impl Judge<'_> {
    /// Holds the numbers of a sentence against the cells.
    pub(super) fn sentence(&self, paragraph: usize, sentence: &str, context: &mut Context, judged: &mut Judged) {
        let text = folded(sentence);
        let mut stated = numbers(&text);
        // 3.1 Lists of firms: the number of a heading.
        let original: Vec<char> = sentence.chars().collect();
        let is_of_heading = |number: &Stated| {
            let behind = original.get(number.end + 1);
            number.start == 0 && number.unit == Unit::None && behind.is_some_and(char::is_ascii_uppercase)
        };
        stated.retain(|number| !is_of_heading(number));
        let programmes = names_in(&text, &self.terms.programmes, &[]);
        let mut taken = vec![false; text.len()];
        for name in &programmes {
            taken[name.start..name.end].fill(true);
        }
        let places = names_in(&text, &self.terms.places, &taken);
        for name in &places {
            taken[name.start..name.end].fill(true);
        }
        let measures = names_in(&text, &self.terms.measures, &taken);
        let of_other_time = self.is_of_other_time(sentence);
        // 越城区、柯桥区分别完成35家、19家.
        let in_turn = in_turn(&text, &places, &stated);
        let is_of_other = |from: usize, end: usize| {
            let said: String = text[from..end].iter().collect();
            BEFORE_OTHER.iter().any(|words| said.contains(words))
        };
        let mut carried: Option<(&Measure, Unit)> = None;
        // 40 to rectify, 12 overdue: a phrase behind a number is not that of the next, but 119 accepted (79.3 %).
        let mut consumed: Option<(usize, bool)> = None;
        for (position, number) in stated.iter().enumerate() {
            let from = position.checked_sub(1).map_or(0, |before| stated[before].end);
            let to = stated.get(position + 1).map_or(text.len(), |next| next.start);
            let between = || {
                measures.iter().rev().filter(|found| {
                    found.start >= from
                        && found.end <= number.start
                        && (found.means.is_none() || !found.means.columns(number.unit).is_empty())
                        && consumed != Some((found.start, number.unit == Unit::Percent))
                })
            };
            // 预计至期限完成163家 is no number of what is accepted.
            let before = between().find(|found| found.means.is_forecast()).or_else(|| between().next());
            let behind = || {
                let clause = text[number.end..to].iter().position(|one| "，,；;。（(、".contains(*one));
                let end = clause.map_or(to, |length| number.end + length);
                measures.iter().find(|found| {
                    found.start >= number.end && found.end <= end && !found.means.columns(number.unit).is_empty()
                })
            };
            // Another district, or the same number said in another way.
            let moved = places.iter().any(|place| place.start >= from && place.end <= number.start)
                || in_turn.is_some()
                || number.claim != Claim::Exact;
            let own = match before {
                Some(found) => Some(found.means),
                None => behind().map(|found| {
                    consumed = Some((found.start, number.unit == Unit::Percent));
                    found.means
                }),
            };
            let carried_on = carried.filter(|(_, unit)| *unit == number.unit && moved).map(|(means, _)| means);
            let Some(means) = own
                .or(carried_on)
                .filter(|means| !means.is_none() && !of_other_time && !is_of_other(from, number.start))
            else {
                self.not_matched(&text, number, from, judged);
                continue;
            };
            carried = Some((means, number.unit));
            let last = |names: &[Found<'_, String>]| {
                names.iter().rev().find(|name| name.end <= number.start).map(|name| name.means.clone())
            };
            // 完成率为63.3%的柯桥区.
            let next = |names: &[Found<'_, String>]| {
                let name = names.iter().find(|name| name.start >= number.end)?;
                let is_near = !text[number.end..name.start].iter().any(|one| "，,；;。（(".contains(*one));
                is_near.then(|| name.means.clone())
            };
            let place = match &in_turn {
                Some(turns) => turns.iter().find(|(at, _)| *at == position).map(|(_, place)| place.clone()),
                None => last(&places).or_else(|| next(&places)),
            };
            let place = place.or_else(|| context.place.clone()).unwrap_or_else(|| self.city.to_owned());
            let programme = last(&programmes).or_else(|| next(&programmes)).or_else(|| context.programme.clone());
            self.hold(paragraph, sentence, number, (means, &place, programme.as_deref()), judged, &text, from);
        }
        context.place = places.last().map(|name| name.means.clone()).or_else(|| context.place.take());
        context.programme = programmes.last().map(|name| name.means.clone()).or_else(|| context.programme.take());
    }

    #[expect(clippy::too_many_arguments, reason = "one number with all that is known of it")]
    fn hold(
        &self,
        paragraph: usize,
        sentence: &str,
        number: &Stated,
        (means, place, programme): (&Measure, &str, Option<&str>),
        judged: &mut Judged,
        text: &[char],
        from: usize,
    ) {
        let is_it = |fact: &&Fact| {
            means.columns(number.unit).contains(&fact.measure)
                && fact.place.as_deref().is_none_or(|own| own == place)
                && (programme.is_none() || fact.programme.is_none() || fact.programme.as_deref() == programme)
        };
        let candidates: Vec<&Fact> = self.facts.iter().filter(is_it).collect();
        let Some(first) = candidates.first() else { return self.not_matched(text, number, from, judged) };
        judged.matched += 1;
        if !candidates.iter().any(|fact| number.agrees(fact.value)) {
            judged.contradictions.push(Contradiction {
                paragraph,
                sentence: sentence.to_owned(),
                found: number.text.trim().to_owned(),
                fact: (*first).clone(),
            });
        }
    }

    #[expect(clippy::unused_self, reason = "beside its sibling")]
    fn not_matched(&self, text: &[char], number: &Stated, from: usize, judged: &mut Judged) {
        const SHOWN: usize = 12;
        let begin = from.max(number.start.saturating_sub(SHOWN));
        let words: String = text[begin..number.end].iter().collect();
        judged
            .unmatched
            .push(words.trim_matches(|one: char| one.is_whitespace() || "，,；;。、".contains(one)).to_owned());
    }

    /// Whether a sentence tells of another year, or of another time.
    fn is_of_other_time(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        let year = sentence.match_indices('年').any(|(place, _)| {
            let digits: String = sentence[..place].chars().rev().take_while(char::is_ascii_digit).collect();
            let year: Option<i32> = digits.chars().rev().collect::<String>().parse().ok();
            year.is_some_and(|year| (1949..=2100).contains(&year) && year != self.year)
        });
        year || OTHER_TIMES.iter().any(|words| lower.contains(words))
    }

    /// Holds the cells of a table against those of the run: the first cell of a row says where, the heading of a column what.
    pub(super) fn table(&self, paragraph: usize, rows: &[Vec<String>], context: &Context, judged: &mut Judged) {
        let Some((headings, rows)) = rows.split_first() else { return };
        for row in rows {
            let label = row.first().map(|label| joined(label)).unwrap_or_default();
            for (heading, cell) in headings.iter().zip(row).skip(1) {
                let (heading, cell) = (joined(heading), folded(cell));
                let stated = numbers(&cell);
                let [number] = stated.as_slice() else { continue };
                let sentence = format!("{label} {heading} {}", number.text.trim());
                let named = names_in(&folded(&label), &self.terms.programmes, &[]);
                let of = named.last().map(|name| name.means.as_str()).or(context.programme.as_deref());
                let is_it = |fact: &&Fact| {
                    fact.row == label
                        && fact.column == heading
                        && (of.is_none() || fact.programme.is_none() || fact.programme.as_deref() == of)
                };
                let own: Vec<&Fact> = self.facts.iter().filter(is_it).collect();
                let text = folded(&sentence);
                let is_named = [&self.terms.places, &self.terms.programmes]
                    .into_iter()
                    .any(|names| !names_in(&folded(&label), names, &[]).is_empty());
                match own.first() {
                    Some(first) => {
                        judged.matched += 1;
                        // A cell that shows percent and one that shows a share are the same number.
                        if !own.iter().any(|fact| number.agrees(fact.value)) {
                            let fact = (*first).clone();
                            judged.contradictions.push(Contradiction {
                                paragraph,
                                sentence,
                                found: number.text.trim().to_owned(),
                                fact,
                            });
                        }
                    }
                    None if is_named => {
                        let mut context = Context { place: None, ..context.clone() };
                        self.sentence(paragraph, &sentence, &mut context, judged);
                    }
                    None => self.not_matched(
                        &text,
                        &Stated { start: text.len(), end: text.len(), ..number.clone() },
                        0,
                        judged,
                    ),
                }
            }
        }
    }
}

/// A heading without the breaks that a narrow column put in it.
fn joined(text: &str) -> String {
    let characters: Vec<char> = text.trim().chars().collect();
    let is_wide = |at: Option<&char>| at.is_some_and(|one| !one.is_ascii());
    let kept = characters.iter().enumerate().filter(|(place, one)| {
        let is_break = one.is_whitespace() && *place > 0;
        !(is_break && is_wide(characters.get(place - 1)) && is_wide(characters.get(place + 1)))
    });
    kept.map(|(_, one)| *one).collect()
}

/// The numbers that belong to several places in turn: their positions, each with its place. Nothing where the sentence does not say so.
fn in_turn(text: &[char], places: &[Found<'_, String>], stated: &[Stated]) -> Option<Vec<(usize, String)>> {
    let at = |word: &str| {
        let word: Vec<char> = word.chars().collect();
        text.windows(word.len()).position(|window| window == word.as_slice())
    };
    let is_respectively = at("respectively").is_some();
    let mark = at("分别").or(is_respectively.then_some(text.len()))?;
    let own: Vec<&Found<'_, String>> = places.iter().filter(|place| place.end <= mark).collect();
    let numbers: Vec<usize> = stated
        .iter()
        .enumerate()
        .filter(|(_, number)| if is_respectively { number.end <= mark } else { number.start >= mark })
        .map(|(position, _)| position)
        .collect();
    (own.len() > 1 && own.len() == numbers.len())
        .then(|| numbers.into_iter().zip(own).map(|(position, place)| (position, place.means.clone())).collect())
}
