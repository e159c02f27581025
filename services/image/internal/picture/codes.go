package picture

import "github.com/dailyfeed/dailyfeed/support/apierr"

// The codes of spec 07 that an upload can fail with.
var (
	CodeEmpty            = apierr.Define("EMPTY_IMAGE_FILE", apierr.Invalid, "빈 파일입니다", "The file is empty")
	CodeTooLarge         = apierr.Define("FILE_TOO_LARGE", apierr.TooLarge, "파일이 너무 큽니다", "The file is too large")
	CodeTooManyPixels    = apierr.Define("IMAGE_TOO_MANY_PIXELS", apierr.Invalid, "이미지의 크기가 너무 큽니다", "The picture has too many pixels")
	CodeUnsupported      = apierr.Define("UNSUPPORTED_IMAGE_TYPE", apierr.UnsupportedMedia, "JPEG, PNG, GIF, WebP, BMP 형식만 올릴 수 있습니다", "Only JPEG, PNG, GIF, WebP and BMP are taken")
	CodeInvalidSignature = apierr.Define("INVALID_IMAGE_SIGNATURE", apierr.Invalid, "이미지 정보를 읽을 수 없습니다", "The header of the picture cannot be read")
	CodeCorrupted        = apierr.Define("CORRUPTED_IMAGE", apierr.Invalid, "손상된 이미지입니다", "The data of the picture is broken")
)
