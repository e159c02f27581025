package licence_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/licence"
)

func TestALicenceIsKnownByItsWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]licence.Kind{
		"Apache License\n   Version 2.0, January 2004":                                                                     "Apache-2.0",
		"Permission is hereby granted, free of charge, to any\nperson obtaining a copy":                                    "MIT",
		"Mozilla Public License Version 2.0":                                                                               "MPL-2.0",
		"GNU GENERAL PUBLIC LICENSE\n Version 3":                                                                           "GPL",
		"GNU AFFERO GENERAL PUBLIC LICENSE Version 3. Apache License Version 2.0":                                          "AGPL",
		"Redistribution and use in source and binary forms, with or without\nmodification, are permitted":                  "BSD-2-Clause",
		"Redistribution and use in source and binary forms, with or without modification, are permitted. Neither the name": "BSD-3-Clause",
	} {
		got, err := licence.Of(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := licence.Of("All rights reserved.")
	require.ErrorIs(t, err, licence.ErrUnknown)
}

func TestAllTextsOfAFolderCount(t *testing.T) {
	t.Parallel()
	folder := housetest.Tree(t, map[string]string{
		"LICENSE":            "Apache License Version 2.0",
		"LICENSE-parts.txt":  "Permission is hereby granted, free of charge, to any person obtaining a copy",
		"licensing/notes.go": "package notes",
	})
	kinds, err := licence.Folder(folder)
	require.NoError(t, err)
	require.Equal(t, []licence.Kind{"Apache-2.0", "MIT"}, kinds)

	_, err = licence.Folder(t.TempDir())
	require.ErrorIs(t, err, licence.ErrNoText)
}

func TestCopyleftIsNotAllowed(t *testing.T) {
	t.Parallel()
	for _, kind := range []licence.Kind{"GPL", "LGPL", "AGPL", ""} {
		require.NotContains(t, licence.Allowed(), kind)
	}
}
