// Rewrites the tar on standard input as an eStargz layer on standard output; the digest of its table of contents goes to standard error.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/containerd/stargz-snapshotter/estargz"
)

func main() {
	if err := convert(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func convert() error {
	tar, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	blob, err := estargz.Build(io.NewSectionReader(bytes.NewReader(tar), 0, int64(len(tar))))
	if err != nil {
		return err
	}
	defer blob.Close()
	if _, err := io.Copy(os.Stdout, blob); err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, blob.TOCDigest())
	return nil
}
