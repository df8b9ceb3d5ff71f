// A verifier of the log that shares no code with it: golang.org/x/mod/sumdb, the packages by which every Go toolchain
// checks its module sums, reading C2SP tlog-tiles.
//
//	verify log DIR VKEY [OLDER-CHECKPOINT...]   every entry's inclusion and the older checkpoints' consistency
//	verify stream ORIGIN VKEY K [WITNESS-VKEY...]  reads one case a line, answers "accept" or "reject: why"
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const largestTree = 1<<62 - 1 // tlog's search for powers of two does not end beyond it

func main() {
	err := errors.New("say log or stream")
	if len(os.Args) >= 4 && os.Args[1] == "log" {
		err = verifyLog(os.Args[2], os.Args[3], os.Args[4:])
	} else if len(os.Args) >= 5 && os.Args[1] == "stream" {
		err = verifyStream(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
	}
	if err != nil {
		fmt.Println("FAIL:", err)
		os.Exit(1)
	}
}

func verifyLog(dir, vkey string, older []string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	open := func(path string) (tlog.Tree, error) {
		signed, err := os.ReadFile(path)
		if err != nil {
			return tlog.Tree{}, err
		}
		opened, err := note.Open(signed, note.VerifierList(verifier))
		if err != nil {
			return tlog.Tree{}, err
		}
		return parseCheckpoint(opened.Text, verifier.Name())
	}
	tree, err := open(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	if err := verifyEntries(dir, tree); err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, &folder{dir: dir, kept: map[string][]byte{}})
	for _, path := range older {
		old, err := open(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Printf("%d entries and %d older checkpoints hold\n", tree.N, len(older))
	return nil
}

// verifyEntries hashes all entries anew, compares every tile with what they hash to, and proves each entry included;
// every 97th of the proofs is made from the tiles themselves.
func verifyEntries(dir string, tree tlog.Tree) error {
	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	var leaves []tlog.Hash
	for start := int64(0); start < tree.N; start += 1 << height {
		bundle, err := readBundle(dir, start, tree.N)
		if err != nil {
			return err
		}
		for _, entry := range bundle {
			hashes, err := tlog.StoredHashes(int64(len(leaves)), entry, memory)
			if err != nil {
				return err
			}
			stored = append(stored, hashes...)
			leaves = append(leaves, hashes[0])
		}
	}
	tiles := &folder{dir: dir, kept: map[string][]byte{}}
	for level := 0; tree.N>>(height*level) > 0; level++ {
		count := tree.N >> (height * level)
		for start := int64(0); start < count; start += 1 << height {
			tile := tlog.Tile{H: height, L: level, N: start >> height, W: 1 << height}
			if count-start < 1<<height {
				tile.W = int(count - start)
			}
			wanted, err := tlog.ReadTileData(tile, memory)
			if err != nil {
				return err
			}
			found, err := tiles.ReadTiles([]tlog.Tile{tile})
			if err != nil {
				return err
			}
			if !bytes.Equal(wanted, found[0]) {
				return fmt.Errorf("%s is not what the entries hash to", tile.Path())
			}
		}
	}
	proved := tlog.TileHashReader(tree, tiles)
	for index, leaf := range leaves {
		var from tlog.HashReader = memory
		if index%97 == 0 {
			from = proved
		}
		proof, err := tlog.ProveRecord(tree.N, int64(index), from)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), leaf)
		}
		if err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return nil
}

// parseCheckpoint reads a tlog-checkpoint: what tlog.ParseTree reads, under any origin and without empty lines.
func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	first, rest, found := strings.Cut(text, "\n")
	if !found || first != origin || strings.Contains(text, "\n\n") {
		return tlog.Tree{}, errors.New("malformed checkpoint")
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

func readBundle(dir string, start, size int64) ([][]byte, error) {
	width := size - start
	if width > 1<<height {
		width = 1 << height
	}
	tile := tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)}
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data/", height), "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s is cut short", path)
		}
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if int64(len(entries)) != width {
		return nil, fmt.Errorf("%s has %d entries", path, len(entries))
	}
	return entries, nil
}

// folder gives tiles to tlog, which checks each against the tree before it is kept.
type folder struct {
	dir  string
	kept map[string][]byte
}

func (f *folder) Height() int { return height }

func (f *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, ok := f.kept[path]
		if !ok {
			var err error
			if data, err = os.ReadFile(filepath.Join(f.dir, path)); err != nil {
				return nil, err
			}
		}
		all = append(all, data)
	}
	return all, nil
}

func (f *folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		f.kept[strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)] = data[i]
	}
}

// witness verifies cosignature/v1.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	second := binary.BigEndian.Uint64(sig)
	if second > 1<<63-1 {
		return false
	}
	signed := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", second)), msg...)
	return ed25519.Verify(w.key, signed, sig[8:])
}

func newWitness(vkey string) (*witness, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed witness key")
	}
	material, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(material) != 33 || material[0] != 4 {
		return nil, errors.New("malformed witness key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), material...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the witness key's id does not fit")
	}
	return &witness{parts[0], hash, material[1:]}, nil
}

type judge struct {
	origin string
	log    note.Verifier
	quorum int
	known  note.Verifiers
}

func verifyStream(origin, vkey, quorum string, witnesses []string) error {
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	k, err := strconv.Atoi(quorum)
	if err != nil {
		return err
	}
	all := []note.Verifier{log}
	for _, each := range witnesses {
		w, err := newWitness(each)
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	j := &judge{origin, log, k, note.VerifierList(all...)}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		if err := j.consider(strings.Split(in.Text(), " ")); err != nil {
			fmt.Fprintln(out, "reject:", err)
		} else {
			fmt.Fprintln(out, "accept")
		}
	}
	return in.Err()
}

func (j *judge) consider(items []string) error {
	var parts [][]byte
	for _, item := range items[1:] {
		part, err := base64.StdEncoding.DecodeString(item)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	switch items[0] {
	case "note":
		_, err := note.Open(parts[0], j.known)
		return err
	case "checkpoint":
		_, err := j.openCheckpoint(parts[0])
		return err
	case "proof":
		return j.checkProof(parts[0], parts[1])
	case "record", "tree":
		return checkPath(items[0], parts)
	}
	return errors.New("unknown kind")
}

func (j *judge) openCheckpoint(signed []byte) (tlog.Tree, error) {
	opened, err := note.Open(signed, j.known)
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := parseCheckpoint(opened.Text, j.origin)
	if err != nil {
		return tlog.Tree{}, err
	}
	signedByLog, cosigned := false, 0
	for _, sig := range opened.Sigs {
		if sig.Name == j.log.Name() && sig.Hash == j.log.KeyHash() {
			signedByLog = true
		} else {
			cosigned++
		}
	}
	if !signedByLog || cosigned < j.quorum {
		return tlog.Tree{}, errors.New("the quorum is not met")
	}
	return tree, nil
}

func (j *judge) checkProof(proof, entry []byte) error {
	head, checkpoint, found := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("malformed proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		extra, err := base64.StdEncoding.DecodeString(lines[0][6:])
		if err != nil || len(extra) == 0 || base64.StdEncoding.EncodeToString(extra) != lines[0][6:] {
			return errors.New("malformed extra data")
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index")
	}
	index, err := strconv.ParseInt(lines[0][6:], 10, 64)
	if err != nil || index < 0 || strconv.FormatInt(index, 10) != lines[0][6:] {
		return errors.New("malformed index")
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil || hash.String() != line {
			return errors.New("malformed hash")
		}
		path = append(path, hash)
	}
	tree, err := j.openCheckpoint(checkpoint)
	if err != nil {
		return err
	}
	if tree.N > largestTree {
		return errors.New("too large a tree")
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// checkPath checks a bare proof: size, root, then index and leaf or older size and root, then the hashes.
func checkPath(kind string, parts [][]byte) error {
	if len(parts) < 4 {
		return errors.New("too short")
	}
	size, err1 := strconv.ParseInt(string(parts[0]), 10, 64)
	number, err2 := strconv.ParseInt(string(parts[2]), 10, 64)
	if err1 != nil || err2 != nil || size > largestTree {
		return errors.New("malformed number")
	}
	var hashes []tlog.Hash
	for _, part := range append([][]byte{parts[1]}, parts[3:]...) {
		if len(part) != tlog.HashSize {
			return errors.New("malformed hash")
		}
		var hash tlog.Hash
		copy(hash[:], part)
		hashes = append(hashes, hash)
	}
	if kind == "record" {
		return tlog.CheckRecord(hashes[2:], size, hashes[0], number, hashes[1])
	}
	return tlog.CheckTree(hashes[2:], size, hashes[0], number, hashes[1])
}
