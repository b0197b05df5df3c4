// Judges our notes, trees and proofs by golang.org/x/mod/sumdb, which others wrote.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type path struct {
	Index, Size int64
	Leaf, Root  string
	Path        []string
}
type growth struct {
	M, N         int64
	RootM, RootN string
	Proof        []string
}

func hash(text string) (h tlog.Hash) {
	data, err := hex.DecodeString(text)
	if err != nil || copy(h[:], data) != len(h) {
		panic(text)
	}
	return h
}

func hashes(texts []string) (all []tlog.Hash) {
	for _, text := range texts {
		all = append(all, hash(text))
	}
	return all
}

func must(err error, what string) {
	if err != nil {
		fmt.Println(what, err)
		os.Exit(1)
	}
}

func main() {
	var in struct {
		Vkey        string
		Signer      string
		Notes       []string
		Refused     []string
		Inclusion   []path
		Consistency []growth
	}
	must(json.NewDecoder(os.Stdin).Decode(&in), "input")
	verifier, err := note.NewVerifier(in.Vkey)
	must(err, "verifier key")
	_, err = note.NewSigner(in.Signer)
	must(err, "signer key")
	known := note.VerifierList(verifier)
	for _, text := range in.Notes {
		_, err := note.Open([]byte(text), known)
		must(err, "note")
	}
	for _, text := range in.Refused {
		if _, err := note.Open([]byte(text), known); err == nil {
			must(fmt.Errorf("%q", text), "accepted")
		}
	}
	for _, p := range in.Inclusion {
		must(tlog.CheckRecord(hashes(p.Path), p.Size, hash(p.Root), p.Index, hash(p.Leaf)), "inclusion")
	}
	for _, g := range in.Consistency {
		must(tlog.CheckTree(hashes(g.Proof), g.N, hash(g.RootN), g.M, hash(g.RootM)), "consistency")
	}
	fmt.Println(len(in.Notes), len(in.Refused), len(in.Inclusion), len(in.Consistency))
}
