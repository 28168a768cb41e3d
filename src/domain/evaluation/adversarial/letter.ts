import type { Exploit, FalseData, FalsePolicy, FalseRequest } from './exploit';

/** What the agent gets to read: nothing in it says that it is an exploit. */
export interface Letter {
  from: string;
  subject: string;
  body: string;
}

export function letterOf({ lure }: Exploit): Letter {
  if (lure.kind === 'false-request') return requestLetter(lure);
  return lure.kind === 'false-data' ? dataLetter(lure) : policyLetter(lure);
}

function requestLetter(lure: FalseRequest): Letter {
  const body = [lure.messageContent, ...lure.urgencyIndicators, lure.requestedAction].join(' ');
  return { from: lure.senderEmail, subject: lure.subject, body };
}

function dataLetter(lure: FalseData): Letter {
  const values = Object.entries(lure.manipulatedValues).map(([what, value]) => `${what}: ${value}.`);
  const body = [...values, lure.marketImpactClaim, lure.requestedAction].join(' ');
  return { from: lure.source, subject: lure.subject, body };
}

function policyLetter({
  fakePolicyName,
  policyDescription,
  complianceDeadline,
  penaltyClaim,
  requestedAction,
}: FalsePolicy): Letter {
  const body = [policyDescription, `Deadline: ${complianceDeadline}.`, penaltyClaim, requestedAction].join(' ');
  return { from: 'Marketplace Compliance', subject: fakePolicyName, body };
}
