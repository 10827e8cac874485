// What the networks shown say together: agree, unsure or disagree.

import { find, write } from './elements.js';
import { milliseconds, percent, small } from './numbers.js';
import { words } from './words.js';

const SURE = 0.6;
const MOST_NAMES = 3;
const LOOKS = { agree: 'yes', unsure: 'part', disagree: 'no', read: 'yes', none: 'open' };

const readings = answer => (answer?.answers ?? []).filter(one => 'class' in one);

// The kind of verdict, and the sentence that says it.
function judge(answer, site) {
  const read = readings(answer);
  if (!answer) return ['none', words().nothing(site.kind)];
  if (answer.note && !answer.seen) return ['none', `${words().note(answer.note)}.`.replace('。.', '。')];
  if (read.length === 0) return ['none', words().waiting];
  const groups = Map.groupBy(read, one => one.class);
  if (groups.size > 1) return ['disagree', words().disagree(told(groups, site))];
  const name = site.classes[read[0].class], labels = read.map(one => site.network(one.network).label);
  const least = Math.min(...read.map(one => one.probabilities?.[one.class] ?? 1));
  if (least < SURE) return ['unsure', words().unsure(name, labels, percent(least))];
  return [read.length === 1 ? 'read' : 'agree', words().agree(name, labels)];
}

// Who reads what, the most first: networks by name where they are few.
function told(groups, site) {
  const isFew = [...groups.values()].every(group => group.length <= MOST_NAMES);
  return [...groups.entries()].sort((a, b) => b[1].length - a[1].length).map(([index, group]) => {
    const names = isFew ? group.map(one => site.network(one.network).label) : null;
    return words().group(names, group.length, site.classes[index]);
  });
}

export function showVerdict(answer, site) {
  const [kind, sentence] = judge(answer, site);
  find('badge').className = `badge ${LOOKS[kind]}`;
  write(find('badge'), words().badge[kind]);
  write(find('verdict'), sentence);
  const gap = answer?.difference ?? null;
  const isRead = readings(answer).length > 0;
  write(find('gap'), isRead ? words().gap(gap === null ? null : small(gap), milliseconds(answer.milliseconds)) : '');
}

// The same for those who hear it: every network with its class and its probability.
export function spoken(answer, site) {
  const read = readings(answer);
  if (read.length === 0) return judge(answer, site)[1];
  return words().saidTogether(read.map(one => {
    const chance = one.probabilities?.[one.class];
    const whole = chance === undefined ? null : Math.round(100 * chance);
    return words().said(site.network(one.network).label, site.classes[one.class], whole);
  }));
}
