package activity

import "github.com/dailyfeed/dailyfeed/support/apierr"

// CodeForbidden is that of spec 09.
var CodeForbidden = apierr.Define("ACTIVITY_FORBIDDEN", apierr.Forbidden, "본인의 활동만 기록할 수 있습니다", "Only your own activities can be recorded")
