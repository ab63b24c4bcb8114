// Answers questions about notes and proofs with golang.org/x/mod/sumdb: one JSON object a line, in and out.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Ask   string   `json:"ask"`
	Note  string   `json:"note"`
	Vkeys []string `json:"vkeys"`
	Old   string   `json:"old"`
	Seq   int64    `json:"seq"`
	Size  int64    `json:"size"`
	Entry string   `json:"entry"`
	Path  []string `json:"path"`
	Lines []string `json:"lines"`
}

type answer struct {
	Error  string `json:"error,omitempty"`
	Signed int    `json:"signed"`
	Root   string `json:"root,omitempty"`
}

// checkpoint opens a note with the keys that are trusted, and reads size and root out of its text.
func checkpoint(text string, vkeys []string) (tlog.Tree, int, error) {
	var known []note.Verifier
	for _, vkey := range vkeys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return tlog.Tree{}, 0, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(known...))
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 {
		return tlog.Tree{}, 0, fmt.Errorf("%d lines", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, len(opened.Sigs), err
}

func hashes(path []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(path))
	for _, text := range path {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(data) != tlog.HashSize {
			return nil, fmt.Errorf("no hash: %q", text)
		}
		var hash tlog.Hash
		copy(hash[:], data)
		found = append(found, hash)
	}
	return found, nil
}

// rootOf builds the tree of the lines with Go's own code alone.
func rootOf(lines []string) (string, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for place, index := range indexes {
			found[place] = stored[index]
		}
		return found, nil
	})
	for number, line := range lines {
		more, err := tlog.StoredHashes(int64(number), []byte(line), reader)
		if err != nil {
			return "", err
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(int64(len(lines)), reader)
	return root.String(), err
}

func answerTo(q question) (a answer, err error) {
	if q.Ask == "root" {
		a.Root, err = rootOf(q.Lines)
		return a, err
	}
	tree, signed, err := checkpoint(q.Note, q.Vkeys)
	if err != nil {
		return a, err
	}
	a.Signed, a.Root = signed, tree.Hash.String()
	if q.Ask == "note" {
		return a, nil
	}
	path, err := hashes(q.Path)
	if err != nil {
		return a, err
	}
	if q.Ask == "inclusion" {
		return a, tlog.CheckRecord(path, tree.N, tree.Hash, q.Seq-1, tlog.RecordHash([]byte(q.Entry)))
	}
	old, _, err := checkpoint(q.Old, q.Vkeys)
	if err != nil {
		return a, err
	}
	return a, tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash)
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		a, err := answerTo(q)
		if err != nil {
			a.Error = err.Error()
		}
		out.Encode(a)
	}
}
