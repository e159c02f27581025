package apierr

// The codes that every service shares: those of the conventions of all
// endpoints. A service's own codes are in its domain package.
var (
	CodeInternal           = Define("INTERNAL", Internal, "서버에 문제가 생겼습니다", "Something went wrong on our side")
	CodeNotFound           = Define("NOT_FOUND", NotFound, "요청한 경로를 찾을 수 없습니다", "There is nothing at this path")
	CodeMethodNotAllowed   = Define("METHOD_NOT_ALLOWED", MethodNotAllowed, "지원하지 않는 요청 방식입니다", "This path does not take this method")
	CodePayloadTooLarge    = Define("PAYLOAD_TOO_LARGE", TooLarge, "요청 본문이 너무 큽니다", "The request body is too large")
	CodeMalformedRequest   = Define("MALFORMED_REQUEST", Invalid, "요청 형식이 올바르지 않습니다", "The request could not be read")
	CodeValidationFailed   = Define("VALIDATION_FAILED", Invalid, "입력값이 올바르지 않습니다", "Some values break a rule")
	CodePageTooDeep        = Define("PAGE_TOO_DEEP", Invalid, "너무 깊은 페이지입니다", "This page is too deep")
	CodeTooManyRequests    = Define("TOO_MANY_REQUESTS", TooMany, "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요", "Too many requests; try again later")
	CodeServiceUnavailable = Define("SERVICE_UNAVAILABLE", Unavailable, "일시적으로 이용할 수 없습니다. 잠시 후 다시 시도해 주세요", "Temporarily unavailable; try again later")
	CodeDeadlineExceeded   = Define("DEADLINE_EXCEEDED", DeadlineExceeded, "처리 시간이 초과되었습니다", "The request took too long")
	CodeRequestInProgress  = Define("REQUEST_IN_PROGRESS", InProgress, "같은 요청을 처리하고 있습니다", "The same request is still being processed")
	CodeKeyReused          = Define("IDEMPOTENCY_KEY_REUSED", KeyReused, "같은 Idempotency-Key가 다른 요청에 사용되었습니다", "This Idempotency-Key was used for another request")
	CodeOriginNotAllowed   = Define("ORIGIN_NOT_ALLOWED", Forbidden, "허용되지 않은 출처입니다", "This origin is not allowed")
)

// The codes of token verification (see the auth module for when each applies).
var (
	CodeBearerTokenMissing = Define("BEARER_TOKEN_MISSING", Unauthenticated, "인증 토큰이 필요합니다", "A bearer token is needed")
	CodeInvalidToken       = Define("INVALID_TOKEN", Unauthenticated, "유효하지 않은 토큰입니다", "The token is not valid")
	CodeJWTExpired         = Define("JWT_EXPIRED", Unauthenticated, "토큰이 만료되었습니다", "The token has expired")
	CodeTokenRevoked       = Define("TOKEN_REVOKED", Unauthenticated, "더 이상 사용할 수 없는 토큰입니다", "The token has been revoked")
)
