import { expect, it } from 'vitest';
import { spendProblemNames } from '../../bitcoin/spend.ts';
import { things } from '../../ceremony/claims.ts';
import { bridgeProblemNames } from '../../ceremony/problems.ts';
import { stages } from '../../ceremony/request-steps.ts';
import type { FaultText } from '../text.ts';
import {
  batchProblemText,
  composeProblemText,
  packageProblems,
  spendProblemText,
} from './request-problems.ts';
import { reviewText } from './request-review.ts';
import { actText, requestsText } from './requests.ts';

const complete = ({ happened, cause, means, next }: FaultText) => {
  for (const sentence of [happened, cause, means, next]) expect(sentence).toMatch(/^\S.*[.!?]$/s);
};

it('every problem of a request says cause, consequence and next step, and where it is', () => {
  for (const problem of [...spendProblemNames, ...bridgeProblemNames])
    complete(spendProblemText({ problem, detail: '7' }));
  const dust = spendProblemText({ problem: 'dust', output: 1, detail: '330' });
  expect(dust.happened).toBe('Output 2 is too small to be passed on.');
  expect(dust.cause).toContain('330 sat');
  const small = spendProblemText({ problem: 'withdrawal-small', output: 0, detail: '9000' });
  expect(small.cause).toContain(
    '9\u202f000 sat are left after the fee; the bridge pays no less than 10\u202f000 sat',
  );
});

it('so does every problem of a plan and of a batch, and every halt', () => {
  for (const problem of ['payments', 'amount', 'fee-rate', 'locktime', 'not-enough'] as const)
    complete(composeProblemText({ problem, payment: 0, detail: '1000' }));
  for (const problem of ['kinds-mixed', 'too-many', 'sum-too-large', 'items-collide'] as const)
    complete(batchProblemText(problem));
  for (const { name, fault } of Object.values(requestsText.halts)) {
    expect(name).not.toBe('');
    complete(fault);
  }
});

it('nobody is told to divide one burn or one deposit', () => {
  const { cause, next } = spendProblemText({ problem: 'item-too-large', detail: '1500000000' });
  expect(cause).toContain('rules cannot raise it');
  expect(next).toContain('One burn cannot be divided');
  expect(batchProblemText('sum-too-large').next).toContain('One deposit cannot be divided');
});

it('a coin that may be gone again is named by its input', () => {
  const fault = reviewText.shallow([0, 2]);
  complete(fault);
  expect(fault.happened).toBe('It spends a coin that may be gone again: input 1, 3.');
});

it('every stage and every problem of a package has a name of its own', () => {
  const names = ['draft' as const, ...stages].map((stage) => requestsText.stages[stage]);
  expect(new Set(names).size).toBe(13);
  expect(new Set(Object.values(packageProblems)).size).toBe(9);
});

it('what is reserved for another request has a name, whatever it is', () => {
  expect(new Set(things.map((thing) => requestsText.session.heldBy[thing])).size).toBe(5);
});

it('attestations are handed to the bridge, transactions to the network', () => {
  for (const kind of ['mint', 'consolidation'] as const)
    expect(actText('hand-over', kind).title).toBe('Hand it to the bridge');
  for (const kind of ['spend', 'burn', 'fees'] as const)
    expect(actText('hand-over', kind).title).toBe('Hand it to the network');
});
