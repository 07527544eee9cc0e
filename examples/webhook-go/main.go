// A service that Belfry runs jobs on, with nothing but Go's standard library.
//
// Belfry calls it with a webhook: an HTTP POST that says "run this job now". The service answers 200 at once, works in
// the background, tells Belfry how far it is (a heartbeat), and reports the end. All of these reports are called
// callbacks.
//
// Settings, by environment variables:
//
//	BELFRY_WEBHOOK_SECRET  the secret that proves a webhook is from Belfry: `belfry secrets show SERVICE`.
//	                       While you replace a secret, give the old and the new one, separated by a blank.
//	LISTEN_PORT            the port to listen on (9000)
//	STEP_SECONDS           how long each of the four steps of the example's work takes (1)
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tolerance    = 5 * time.Minute
	bodyBytesMax = 2 << 20
	seenMax      = 10_000
)

// webhook has the fields that this service uses. There are more: see docs/api.md.
type webhook struct {
	CallbackURL string `json:"callback_url"`
	ExecutionID string `json:"execution_id"`
	JobName     string `json:"job_name"`
	TTLSeconds  int64  `json:"ttl_seconds"`
	Test        bool   `json:"test"`
}

type report struct {
	Status   string `json:"status"`
	Progress int    `json:"progress,omitempty"`
	Summary  string `json:"summary,omitempty"`
	Error    string `json:"error,omitempty"`
}

type service struct {
	secrets [][]byte
	step    time.Duration
	client  *http.Client

	// The ids of the webhooks that were taken. Belfry repeats a webhook when it did not see the answer, so the same id
	// may come twice. A real service keeps the ids in its database; this one remembers the latest 10,000.
	mutex sync.Mutex
	seen  map[string]bool
	order []string
}

// isNew remembers an id. It returns false if the id was there already.
func (s *service) isNew(id string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.seen[id] {
		return false
	}
	s.seen[id] = true
	s.order = append(s.order, id)
	if len(s.order) > seenMax {
		delete(s.seen, s.order[0])
		s.order = s.order[1:]
	}
	return true
}

// isGenuine checks the signature of Standard Webhooks: only those who know the secret can make it.
func (s *service) isGenuine(header http.Header, body []byte) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return false
	}
	// An old webhook may be a recorded one that someone sends again.
	now := time.Now().Unix()
	if seconds < now-int64(tolerance.Seconds()) || seconds > now+int64(tolerance.Seconds()) {
		return false
	}
	// There may be several signatures, one for each key of Belfry. One that fits is enough.
	given := strings.Split(header.Get("webhook-signature"), " ")
	for _, secret := range s.secrets {
		// The signature is over the very bytes that arrived, so check it before you parse them.
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%s.", id, timestamp)
		mac.Write(body)
		wanted := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		for _, one := range given {
			// hmac.Equal takes the same time whether the first or the last byte differs, so nobody can guess byte by
			// byte.
			if hmac.Equal([]byte(one), wanted) {
				return true
			}
		}
	}
	return false
}

// errOver says that the work should stop: the run is over (410 or past its ttl), or the token is wrong (401).
var errOver = errors.New("Belfry wants no reports of this run, so the work stops")

// callBack sends a callback, again and again until the deadline if Belfry can't take it.
func (s *service) callBack(w webhook, deadline time.Time, r report) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	wait := 200 * time.Millisecond
	for time.Now().Before(deadline) {
		answer, err := s.client.Post(w.CallbackURL, "application/json", bytes.NewReader(body))
		if err != nil {
			log.Printf("Belfry can't be reached: %v", err)
		} else {
			io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
			answer.Body.Close()
			code := answer.StatusCode
			if code >= 200 && code < 300 {
				return nil
			}
			log.Printf("Belfry answered %s", answer.Status)
			if code == http.StatusGone || code == http.StatusUnauthorized {
				return errOver
			}
			if code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests {
				// The report itself is wrong. Sending it again would not help.
				return nil
			}
		}
		time.Sleep(wait)
		wait = min(2*wait, 10*time.Second)
	}
	return errOver
}

// work is the job. It sends a heartbeat after each step.
func (s *service) work(w webhook, deadline time.Time) error {
	for step := 1; step <= 4; step++ {
		time.Sleep(s.step) // Your work goes here.
		// A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the webhook.
		if err := s.callBack(w, deadline, report{Status: "processing", Progress: step * 20}); err != nil {
			return err
		}
	}
	return s.callBack(w, deadline, report{Status: "success", Summary: w.JobName + " did four steps"})
}

// run does the work in the background, and reports a failure.
func (s *service) run(w webhook) {
	// After the ttl Belfry has ended the run. Until then, an outage of Belfry costs nothing.
	deadline := time.Now().Add(time.Duration(w.TTLSeconds) * time.Second)
	err := s.work(w, deadline)
	if err == nil {
		return
	}
	log.Printf("%s: %v", w.ExecutionID, err)
	if !errors.Is(err, errOver) {
		s.callBack(w, deadline, report{Status: "fail", Error: err.Error()})
	}
}

func (s *service) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	if in.Method != http.MethodPost {
		out.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(out, in.Body, bodyBytesMax))
	if err != nil {
		out.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if !s.isGenuine(in.Header, body) {
		out.WriteHeader(http.StatusUnauthorized)
		return
	}
	var w webhook
	if err := json.Unmarshal(body, &w); err != nil || w.CallbackURL == "" {
		out.WriteHeader(http.StatusBadRequest)
		return
	}
	// A test asks whether a webhook would arrive.
	if w.Test {
		out.WriteHeader(http.StatusOK)
		return
	}
	// A repeat gets the same answer, and starts nothing.
	if s.isNew(in.Header.Get("webhook-id")) {
		go s.run(w)
	} else {
		log.Printf("%s: ignored a repeat", w.ExecutionID)
	}
	// Any 2xx status means: I have it, the run has begun. Answer before you work.
	out.WriteHeader(http.StatusOK)
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

const secretMissing = "set BELFRY_WEBHOOK_SECRET to what `belfry secrets show SERVICE` prints: whsec_…"

func main() {
	seconds, err := strconv.ParseFloat(setting("STEP_SECONDS", "1"), 64)
	if err != nil {
		log.Fatalf("STEP_SECONDS: %v", err)
	}
	s := &service{
		step:   time.Duration(seconds * float64(time.Second)),
		client: &http.Client{Timeout: 10 * time.Second},
		seen:   map[string]bool{},
	}
	for _, text := range strings.Fields(os.Getenv("BELFRY_WEBHOOK_SECRET")) {
		secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
		if err != nil || len(secret) < 24 {
			log.Fatal(secretMissing)
		}
		s.secrets = append(s.secrets, secret)
	}
	if len(s.secrets) == 0 {
		log.Fatal(secretMissing)
	}
	server := &http.Server{
		Addr: "127.0.0.1:" + setting("LISTEN_PORT", "9000"), Handler: s, ReadTimeout: 30 * time.Second,
	}
	log.Printf("listening on %s", server.Addr)
	log.Fatal(server.ListenAndServe())
}
