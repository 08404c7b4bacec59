/** Proposing a batch again as it is, for an operator who lost it. */
export const proposeAgainText = {
  summary: 'Somebody lost this batch',
  help: 'An operator whose workspace was restored tells nothing while a batch is missing in which they reserved something. Taking in everything that others hold brings it, unless whoever proposed it told them something else. If it still does not come, propose it again as it is: what has expired or ended stays so, and you count as one of those who proposed it. Then send them your packets.',
  act: 'Propose it again as it is',
} as const;
