package picture_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
)

// BenchmarkDevelopAgainstDecode develops a photo of 12 megapixels, and decodes
// it with the standard library alone, in turns. It prints the share of the
// processor's time that is ours: reducing, cropping, encoding twice.
func BenchmarkDevelopAgainstDecode(b *testing.B) {
	m := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	seed := uint32(1)
	for i := range m.Y {
		seed = seed*1664525 + 1013904223
		m.Y[i] = byte(i%4000*180/4000) + byte(seed>>26)
	}
	var data bytes.Buffer
	require.NoError(b, jpeg.Encode(&data, m, &jpeg.Options{Quality: 80}))
	const pairs = 7
	var shares []float64
	var decoding, developing time.Duration
	for b.Loop() {
		for range pairs {
			begun := processorTime(b)
			_, err := jpeg.Decode(bytes.NewReader(data.Bytes()))
			require.NoError(b, err)
			decoded := processorTime(b) - begun
			begun = processorTime(b)
			_, err = picture.Develop(b.Context(), data.Bytes(), limits(), room())
			require.NoError(b, err)
			developed := processorTime(b) - begun
			decoding, developing = decoding+decoded, developing+developed
			shares = append(shares, 1-decoded.Seconds()/developed.Seconds())
		}
	}
	slices.Sort(shares)
	b.ReportMetric(shares[len(shares)/2], "ours-median")
	b.ReportMetric(shares[0], "ours-least")
	b.ReportMetric(shares[len(shares)-1], "ours-most")
	b.ReportMetric(decoding.Seconds()*1000/float64(len(shares)), "decode-ms")
	b.ReportMetric(developing.Seconds()*1000/float64(len(shares)), "develop-ms")
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
