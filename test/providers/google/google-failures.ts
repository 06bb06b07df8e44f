import type { FailureCode } from '../../../src/domain/failure.ts';

/** Every failure that Google is known to answer with, in its own words, and the code that explains it. */

/** Pages shown instead of a redirect: [what the page says, code]. */
export const PAGES: readonly (readonly [string, FailureCode])[] = [
  ['Error 400: redirect_uri_mismatch', 'redirect-mismatch'],
  ['Error 401: invalid_client The OAuth client was not found.', 'client-invalid'],
  ['Error 401: deleted_client', 'client-invalid'],
  ['Error 401: disabled_client', 'client-invalid'],
  ['Error 400: invalid_scope Some requested scopes were invalid. {invalid=[foo]}', 'invalid-scope'],
  ['Error 400: invalid_scope Some requested scopes were invalid. {valid=[openid], invalid=[foo]}', 'invalid-scope'],
  ['Error 400: admin_policy_enforced', 'admin-policy-enforced'],
  ['Error 403: org_internal', 'org-internal'],
  ['Error 403: access_denied', 'not-test-user'],
  [
    'Error 403: access_denied App has not completed the Google verification process. It can only be accessed by developer-approved testers.',
    'not-test-user',
  ],
  ['Error 403: disallowed_useragent', 'embedded-browser'],
  [
    'Error 400: invalid_request device_id and device_name are required for private IP: http://192.168.1.1/google',
    'private-redirect',
  ],
  [
    'Error 400: invalid_request The out-of-band (OOB) flow has been blocked in order to keep users secure.',
    'oob-blocked',
  ],
  ['Error 400: invalid_request OAuth 2 parameters can only have a single value: access_type', 'invalid-request'],
  ['Error 400: invalid_request Missing required parameter: scope', 'invalid-request'],
];

/** The token endpoint: [status, error, description, subtype, code for an exchange, code for a renewal]. */
export const TOKEN: readonly (readonly [number, string, string, string | null, FailureCode, FailureCode])[] = [
  [400, 'invalid_grant', 'Bad Request', null, 'code-invalid', 'reauthorize'],
  [400, 'invalid_grant', 'Malformed auth code.', null, 'code-invalid', 'reauthorize'],
  [400, 'invalid_grant', 'Token has been expired or revoked.', null, 'code-invalid', 'reauthorize'],
  [400, 'invalid_grant', 'reauth related error (invalid_rapt)', 'invalid_rapt', 'session-control', 'session-control'],
  [400, 'invalid_grant', 'reauth related error (invalid_rapt)', null, 'session-control', 'session-control'],
  [400, 'invalid_grant', '', 'rapt_required', 'session-control', 'session-control'],
  [400, 'invalid_grant', 'Missing code verifier.', null, 'code-invalid', 'reauthorize'],
  [400, 'invalid_grant', 'Invalid code verifier.', null, 'code-invalid', 'reauthorize'],
  [400, 'invalid_grant', 'Account has been deleted', null, 'account-deleted', 'account-deleted'],
  [400, 'redirect_uri_mismatch', 'Bad Request', null, 'redirect-mismatch', 'redirect-mismatch'],
  [400, 'invalid_request', 'Missing required parameter: refresh_token', null, 'invalid-request', 'invalid-request'],
  [400, 'invalid_request', 'Missing required parameter: code', null, 'invalid-request', 'invalid-request'],
  [400, 'invalid_request', 'Could not determine client ID from request.', null, 'invalid-request', 'invalid-request'],
  [400, 'unsupported_grant_type', 'Invalid grant_type: x', null, 'invalid-request', 'invalid-request'],
  [400, 'invalid_scope', 'Some requested scopes were invalid.', null, 'invalid-scope', 'invalid-scope'],
  [400, 'admin_policy_enforced', 'Access blocked.', null, 'admin-policy-enforced', 'admin-policy-enforced'],
  [401, 'invalid_client', 'The OAuth client was not found.', null, 'client-invalid', 'client-invalid'],
  [401, 'invalid_client', 'The provided client secret is invalid.', null, 'secret-invalid', 'secret-invalid'],
  [401, 'invalid_client', 'Unauthorized', null, 'secret-invalid', 'secret-invalid'],
  [401, 'unauthorized_client', 'Unauthorized', null, 'client-invalid', 'client-changed'],
  [401, 'deleted_client', 'The OAuth client was deleted.', null, 'client-invalid', 'client-invalid'],
  [401, 'disabled_client', 'The OAuth client was disabled.', null, 'client-invalid', 'client-invalid'],
  [429, 'rate_limit_exceeded', 'Rate Limit Exceeded', null, 'rate-limited', 'rate-limited'],
  [403, 'rate_limit_exceeded', 'Rate Limit Exceeded', null, 'rate-limited', 'rate-limited'],
  [500, 'internal_failure', 'Backend Error', null, 'google-unavailable', 'google-unavailable'],
  [503, 'temporarily_unavailable', '', null, 'google-unavailable', 'google-unavailable'],
];

const DISABLED =
  'Google Calendar API has not been used in project 123 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=123 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.';
const CREDENTIALS =
  'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.';
const SEQUENCE =
  'Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Re-fetch the resource and use its sequence number on the following request.';

/** The Calendar API: [status, first reason, message, code]. */
export const CALENDAR: readonly (readonly [number, string, string, FailureCode])[] = [
  [400, 'timeRangeEmpty', 'The specified time range is empty.', 'time-refused'],
  [400, 'required', 'Missing end time.', 'time-refused'],
  [400, 'required', 'Missing start time.', 'time-refused'],
  [400, 'required', 'Missing time zone definition for start time.', 'zone-refused'],
  [400, 'invalid', 'Invalid time zone definition for start time.', 'zone-refused'],
  [
    400,
    'invalid',
    'Invalid time zone definition for start time.\nInvalid time zone definition for end time.',
    'zone-refused',
  ],
  [400, 'invalid', 'Invalid start time.', 'time-refused'],
  [400, 'badRequest', 'Bad Request', 'meeting-refused'],
  [400, 'invalid', 'Invalid resource id value.', 'request-refused'],
  [400, 'invalid', 'Invalid recurrence rule.', 'recurrence-refused'],
  [400, 'invalid', 'Invalid attendee email.', 'guest-refused'],
  [400, 'invalid', SEQUENCE, 'request-refused'],
  [400, 'invalid', 'Invalid sync token value.', 'request-refused'],
  [400, '', 'The requested ordering is not available for the particular query.', 'request-refused'],
  [401, 'authError', 'Invalid Credentials', 'credentials-rejected'],
  [401, 'required', 'Login Required.', 'credentials-rejected'],
  [401, 'CREDENTIALS_MISSING', CREDENTIALS, 'credentials-rejected'],
  [403, 'rateLimitExceeded', 'Rate Limit Exceeded', 'rate-limited'],
  [403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', 'rate-limited'],
  [429, 'rateLimitExceeded', 'Rate Limit Exceeded', 'rate-limited'],
  [403, 'quotaExceeded', 'Calendar usage limits exceeded.', 'quota-exceeded'],
  [403, 'dailyLimitExceeded', 'Daily Limit Exceeded', 'daily-limit'],
  [403, 'accessNotConfigured', DISABLED, 'api-not-enabled'],
  [403, 'SERVICE_DISABLED', DISABLED, 'api-not-enabled'],
  [403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', 'scope-missing'],
  [403, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'Request had insufficient authentication scopes.', 'scope-missing'],
  [403, 'requiredAccessLevel', 'You need to have writer access to this calendar.', 'calendar-read-only'],
  [403, 'forbidden', 'You need to have writer access to this calendar.', 'calendar-read-only'],
  [403, 'forbidden', 'Forbidden', 'forbidden'],
  [
    403,
    'forbiddenForNonOrganizer',
    'Shared properties can only be changed by the organizer of the event.',
    'not-organizer',
  ],
  [
    403,
    'forbiddenForServiceAccounts',
    'Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.',
    'service-account',
  ],
  [404, 'notFound', 'Not Found', 'not-found'],
  [408, '', 'Request Timeout', 'google-unavailable'],
  [409, 'duplicate', 'The requested identifier already exists.', 'duplicate'],
  [409, 'conflict', 'Conflict', 'entry-conflict'],
  [410, 'deleted', 'Resource has been deleted', 'gone'],
  [410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.', 'request-refused'],
  [410, 'updatedMinTooLongAgo', 'The requested minimum modification time lies too far in the past.', 'request-refused'],
  [412, 'conditionNotMet', 'Precondition Failed', 'precondition-failed'],
  [500, 'backendError', 'Backend Error', 'google-unavailable'],
  [502, 'backendError', 'Backend Error', 'google-unavailable'],
  [503, 'backendError', 'Backend Error', 'google-unavailable'],
  [504, 'backendError', 'Backend Error', 'google-unavailable'],
];
