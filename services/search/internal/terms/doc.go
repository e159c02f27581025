// Package terms turns text into what can be looked up, and what people type
// into what is looked for. It is pure: no store, no clock, no network.
//
// Both sides are folded alike: Unicode form (NFKC, so width too), case, and
// nothing for characters that take no space. Then text falls into tokens:
//
//	자전거를      a run of Hangul        자 전 거 를, 자전 전거 거를
//	自転車        a run of Han and Kana  自 転 車, 自転 転車
//	Running       a word                 run (its stem)
//	2026          a number               2026
//	#한강 @kim    a tag                  #한강 @kim, and the tokens within
//	🚲            a symbol               🚲
//
// What is on the right are index terms: whatever a query may ask for is made of
// them, so that an index on terms finds every candidate. A word longer than two
// syllables, a phrase and a mixed word like iPhone15 are then checked in the
// text itself, in the folded form of it that Text.Body is: there every question
// is whether one string contains another.
//
// So a Korean word is found whatever particle follows it and inside longer
// compounds, and a query drops its own particle.
package terms
