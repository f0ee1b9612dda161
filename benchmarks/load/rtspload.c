// rtspload: single-threaded epoll RTSP load generator (readers, publisher, session churn).
// gcc -O2 -Wall -Wno-misleading-indentation -Wno-format-truncation -o rtspload rtspload.c -lm
// rtspload read    --url rtsp://127.0.0.1:8554/s -n 50 --transport tcp|udp -t 10 [--server-pid P]
// rtspload publish --url ... --transport tcp|udp --bitrate 4000000 --fps 30 --pkt 1200 -t 60
// rtspload churn   --url ... --transport tcp|udp -t 10 --conc 4 [--first-packet]
// Prints one JSON line on stdout. See usage() for all options.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
#define MAXTR 4
#define MAGIC 0x52544c31u // "RTL1"
typedef uint64_t u64;
typedef uint32_t u32;
typedef uint16_t u16;
typedef uint8_t u8;

static u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}
static void die(const char *f, ...) {
  va_list a;
  va_start(a, f);
  fprintf(stderr, "rtspload: ");
  vfprintf(stderr, f, a);
  fputc('\n', stderr);
  exit(2);
}

// ---------------------------------------------------------------- options
static const char *o_url = "rtsp://127.0.0.1:8554/stream", *o_user, *o_pass, *o_label = "";
static int o_n = 1, o_udp, o_conc = 1, o_spid, o_urls = 1, o_pkt = 1200, o_gop = 60, o_framewrite = 1,
           o_coalesce_us = 100, o_verbose, o_firstpkt, o_options;
static double o_t = 10, o_warm = 1, o_ka = 15, o_fps = 30, o_setup_to = 20, o_maxtime = 0, o_rate = 0;
static long o_bitrate = 4000000, o_rcvbuf = 2 << 20;
static char host[128], hostport[160];
static int port = 554;
static struct sockaddr_in srv;

static void usage(void) {
  fprintf(stderr,
          "rtspload read|publish|churn --url U [options]\n"
          " common : --transport tcp|udp  -t SEC  --auth user:pass  --server-pid PID  --label S  -v\n"
          " read   : -n N  --conc C (concurrent setups, 1)  --warmup S (1)  --coalesce-us U (100; 0=block in epoll; "
          "-1=spin)\n"
          "          --keepalive S (15)  --rcvbuf B  --urls K (url holds %%d; reader i uses i%%K)\n"
          " publish: --bitrate B (4000000)  --fps F (30)  --pkt BYTES (1200, RTP packet)  --burst frame|packet  --gop "
          "N (60)\n"
          " churn  : --conc C (4)  --first-packet (wait for an RTP packet before TEARDOWN)  --options (send OPTIONS first)  --rate R (cycles/s cap)\n");
  exit(2);
}

// ---------------------------------------------------------------- histogram (log-linear, ns)
#define HB 4096
typedef struct {
  u64 b[HB], n, max;
} Hist;
static inline int hidx(u64 v) {
  if (v < 64) return v;
  int e = 63 - __builtin_clzll(v);
  int i = (e - 5) * 32 + ((v >> (e - 5)) - 32) + 32;
  return i < HB ? i : HB - 1;
}
static u64 hval(int i) {
  if (i < 64) return i;
  int g = (i - 32) / 32, r = (i - 32) % 32;
  return ((u64)(32 + r) << g) + (1ull << g) / 2;
}
static inline void hadd(Hist *h, u64 v) {
  h->b[hidx(v)]++;
  h->n++;
  if (v > h->max) h->max = v;
}
static double hpct(Hist *h, double p) {
  if (!h->n) return -1;
  u64 k = (u64)(p / 100 * h->n), c = 0;
  if (k >= h->n) k = h->n - 1;
  for (int i = 0; i < HB; i++) {
    c += h->b[i];
    if (c > k) return hval(i);
  }
  return h->max;
}

// ---------------------------------------------------------------- md5 / base64 (auth)
static void md5hex(const char *s, char out[33]) {
  static const u8 R[64] = {7,  12, 17, 22, 7,  12, 17, 22, 7,  12, 17, 22, 7,  12, 17, 22, 5,  9,  14, 20, 5,  9,
                           14, 20, 5,  9,  14, 20, 5,  9,  14, 20, 4,  11, 16, 23, 4,  11, 16, 23, 4,  11, 16, 23,
                           4,  11, 16, 23, 6,  10, 15, 21, 6,  10, 15, 21, 6,  10, 15, 21, 6,  10, 15, 21};
  static u32 K[64];
  if (!K[0])
    for (int i = 0; i < 64; i++) {
      double x = __builtin_sin(i + 1);
      if (x < 0) x = -x;
      K[i] = (u32)(u64)(x * 4294967296.0);
    }
  size_t n = strlen(s), m = ((n + 8) / 64 + 1) * 64;
  u8 *b = calloc(1, m);
  memcpy(b, s, n);
  b[n] = 0x80;
  u64 bits = n * 8;
  memcpy(b + m - 8, &bits, 8);
  u32 h[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  for (size_t o = 0; o < m; o += 64) {
    u32 w[16];
    memcpy(w, b + o, 64);
    u32 A = h[0], B = h[1], C = h[2], D = h[3];
    for (int i = 0; i < 64; i++) {
      u32 f;
      int g;
      if (i < 16) {
        f = (B & C) | (~B & D);
        g = i;
      } else if (i < 32) {
        f = (D & B) | (~D & C);
        g = (5 * i + 1) & 15;
      } else if (i < 48) {
        f = B ^ C ^ D;
        g = (3 * i + 5) & 15;
      } else {
        f = C ^ (B | ~D);
        g = (7 * i) & 15;
      }
      u32 t = D;
      D = C;
      C = B;
      f += A + K[i] + w[g];
      B += (f << R[i]) | (f >> (32 - R[i]));
      A = t;
    }
    h[0] += A;
    h[1] += B;
    h[2] += C;
    h[3] += D;
  }
  free(b);
  for (int i = 0; i < 16; i++) sprintf(out + 2 * i, "%02x", ((u8 *)h)[i]);
}
static void b64(const char *s, char *o) {
  static const char T[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t n = strlen(s);
  const u8 *p = (const u8 *)s;
  for (size_t i = 0; i < n; i += 3) {
    u32 v = p[i] << 16 | (i + 1 < n ? p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
    *o++ = T[v >> 18];
    *o++ = T[v >> 12 & 63];
    *o++ = i + 1 < n ? T[v >> 6 & 63] : '=';
    *o++ = i + 2 < n ? T[v & 63] : '=';
  }
  *o = 0;
}

// ---------------------------------------------------------------- connection
enum { S_IDLE, S_CONN, S_OPTS, S_DESC, S_SETUP, S_PLAY, S_PLAYING, S_TEAR, S_DEAD };
static const char *SN[] = {"idle", "connect", "options", "describe", "setup", "play", "playing", "teardown", "dead"};
typedef struct {
  int rtp_fd, rtcp_fd;
  u16 port, next;
  u8 have, rtp_ch, rtcp_ch;
} Track;
typedef struct {
  int fd, st, cseq, idx, ntr, si, authed;
  u32 gen;
  Track tr[MAXTR];
  char session[96];
  char url[256];
  char *base;
  char *ctl[MAXTR];
  char *realm, *nonce;
  int digest;
  u8 *carry;
  int clen, ccap;
  u64 t0, tplay, next_ka, deadline;
  int first;
  u64 pkts, bytes, lost, reord, rtcp;
  char err[64];
} Conn;
static Conn *C;
static int ep;
static int udp_next = 10000;
static u64 g_ka_sent, g_ka_resp, g_srvreq, g_pass;
static int g_playing, g_failed, g_lostconn, g_setup;
static char g_err[96];
static Hist h_setup, h_ttfp, h_lat, h_cycle;
static int g_window;
static u64 g_cycles, g_cyc_fail;
static int o_mode; // 0 read, 1 publish, 2 churn
static u8 *BIG;
static const int BIGSZ = 1 << 20;
#define CARRYMAX (1 << 17)

static void epadd(int fd, u32 ev, int idx, int kind, u32 gen) {
  struct epoll_event e = {.events = ev, .data.u64 = ((u64)gen << 32) | ((u64)idx << 8) | kind};
  if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e)) die("epoll_ctl: %s", strerror(errno));
}
static void conn_close(Conn *c) {
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
  for (int i = 0; i < MAXTR; i++) {
    if (c->tr[i].rtp_fd >= 0) close(c->tr[i].rtp_fd);
    if (c->tr[i].rtcp_fd >= 0) close(c->tr[i].rtcp_fd);
    c->tr[i].rtp_fd = c->tr[i].rtcp_fd = -1;
    free(c->ctl[i]);
    c->ctl[i] = 0;
  }
  free(c->base);
  c->base = 0;
  free(c->realm);
  c->realm = 0;
  free(c->nonce);
  c->nonce = 0;
  c->clen = 0;
  c->gen++;
}
static void fail(Conn *c, const char *f, ...) {
  char b[80];
  va_list a;
  va_start(a, f);
  vsnprintf(b, sizeof b, f, a);
  va_end(a);
  if (!g_err[0]) snprintf(g_err, sizeof g_err, "%s in %s", b, SN[c->st]);
  if (o_verbose) fprintf(stderr, "conn %d: %s in state %s\n", c->idx, b, SN[c->st]);
  if (c->st == S_PLAYING) {
    g_playing--;
    g_lostconn++;
  } else if (c->st >= S_CONN && c->st <= S_PLAY) {
    g_setup--;
    g_failed++;
  } else if (c->st == S_TEAR)
    g_setup--;
  if (o_mode == 2) g_cyc_fail++;
  conn_close(c);
  c->st = S_DEAD;
}
static void auth_hdr(Conn *c, const char *method, const char *uri, char *out, size_t n) {
  out[0] = 0;
  if (!o_user || !c->authed) return;
  if (!c->digest) {
    char up[256], e[400];
    snprintf(up, sizeof up, "%s:%s", o_user, o_pass);
    b64(up, e);
    snprintf(out, n, "Authorization: Basic %s\r\n", e);
    return;
  }
  char s[900], h1[33], h2[33], r[33];
  snprintf(s, sizeof s, "%s:%s:%s", o_user, c->realm, o_pass);
  md5hex(s, h1);
  snprintf(s, sizeof s, "%s:%s", method, uri);
  md5hex(s, h2);
  snprintf(s, sizeof s, "%s:%s:%s", h1, c->nonce, h2);
  md5hex(s, r);
  snprintf(out, n, "Authorization: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\"\r\n",
           o_user, c->realm, c->nonce, uri, r);
}
static int req(Conn *c, const char *method, const char *uri, const char *extra, const char *body) {
  char b[4096], au[1200];
  auth_hdr(c, method, uri, au, sizeof au);
  int n = snprintf(b, sizeof b, "%s %s RTSP/1.0\r\nCSeq: %d\r\nUser-Agent: rtspload\r\n%s", method, uri, ++c->cseq, au);
  if (c->session[0]) n += snprintf(b + n, sizeof b - n, "Session: %s\r\n", c->session);
  n += snprintf(b + n, sizeof b - n, "%s", extra ? extra : "");
  if (body) n += snprintf(b + n, sizeof b - n, "Content-Length: %zu\r\n", strlen(body));
  n += snprintf(b + n, sizeof b - n, "\r\n%s", body ? body : "");
  if (o_verbose > 1) fprintf(stderr, ">>> %s", b);
  ssize_t w = send(c->fd, b, n, MSG_NOSIGNAL);
  if (w != n) {
    fail(c, "send %s: %s", method, w < 0 ? strerror(errno) : "short");
    return -1;
  }
  return 0;
}
static int hdr(const char *m, int n, const char *name, char *out, int on) { // headers are NUL-free; n = header length
  size_t l = strlen(name);
  const char *p = m, *e = m + n;
  out[0] = 0;
  while (p < e) {
    const char *nl = memchr(p, '\n', e - p);
    if (!nl) nl = e;
    if ((size_t)(nl - p) > l && p[l] == ':' && !strncasecmp(p, name, l)) {
      const char *v = p + l + 1;
      while (v < nl && (*v == ' ' || *v == '\t')) v++;
      const char *q = nl;
      while (q > v && (q[-1] == '\r' || q[-1] == ' ')) q--;
      int k = q - v;
      if (k >= on) k = on - 1;
      memcpy(out, v, k);
      out[k] = 0;
      return k;
    }
    p = nl + 1;
  }
  return -1;
}
static int udp_pair(Track *t) {
  for (int tries = 0; tries < 12000; tries++) {
    int p = udp_next;
    udp_next += 2;
    if (udp_next >= 32000) udp_next = 10000;
    int fd[2], ok = 1;
    for (int i = 0; i < 2; i++) {
      fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(p + i)};
      a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (fd[i] < 0) die("socket: %s", strerror(errno));
      if (bind(fd[i], (void *)&a, sizeof a)) {
        close(fd[i]);
        if (i) close(fd[0]);
        ok = 0;
        break;
      }
    }
    if (!ok) continue;
    int rb = o_rcvbuf;
    if (setsockopt(fd[0], SOL_SOCKET, SO_RCVBUFFORCE, &rb, sizeof rb))
      setsockopt(fd[0], SOL_SOCKET, SO_RCVBUF, &rb, sizeof rb);
    t->rtp_fd = fd[0];
    t->rtcp_fd = fd[1];
    t->port = p;
    return 0;
  }
  return -1;
}
static void send_setup(Conn *c) {
  Track *t = &c->tr[c->si];
  char x[256], u[600];
  const char *k = c->ctl[c->si];
  if (!strncasecmp(k, "rtsp://", 7))
    snprintf(u, sizeof u, "%s", k);
  else {
    size_t l = strlen(c->base);
    snprintf(u, sizeof u, "%s%s%s", c->base, l && c->base[l - 1] == '/' ? "" : "/", k);
  }
  if (o_udp) {
    if (t->rtp_fd < 0) {
      if (udp_pair(t)) {
        fail(c, "no udp ports");
        return;
      }
      epadd(t->rtp_fd, EPOLLIN, c->idx, 1 + 2 * c->si, c->gen);
      epadd(t->rtcp_fd, EPOLLIN, c->idx, 2 + 2 * c->si, c->gen);
    }
    snprintf(x, sizeof x, "Transport: RTP/AVP;unicast;client_port=%d-%d\r\n", t->port, t->port + 1);
  } else {
    snprintf(x, sizeof x, "Transport: RTP/AVP/TCP;unicast;interleaved=%d-%d\r\n", 2 * c->si, 2 * c->si + 1);
    t->rtp_ch = 2 * c->si;
    t->rtcp_ch = 2 * c->si + 1;
  }
  c->st = S_SETUP;
  req(c, "SETUP", u, x, NULL);
}
static void conn_start(Conn *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) die("socket: %s", strerror(errno));
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  c->st = S_CONN;
  c->cseq = 0;
  c->session[0] = 0;
  c->si = 0;
  c->ntr = 0;
  c->authed = 0;
  c->first = 0;
  c->clen = 0;
  c->pkts = c->bytes = c->lost = c->reord = 0;
  g_setup++;
  for (int i = 0; i < MAXTR; i++) {
    c->tr[i].rtp_fd = c->tr[i].rtcp_fd = -1;
    c->tr[i].have = 0;
  }
  snprintf(c->url, sizeof c->url, o_url, c->idx % o_urls);
  c->t0 = now_ns();
  c->deadline = c->t0 + (u64)(o_setup_to * 1e9);
  if (connect(c->fd, (void *)&srv, sizeof srv) && errno != EINPROGRESS) {
    fail(c, "connect: %s", strerror(errno));
    return;
  }
  epadd(c->fd, EPOLLOUT, c->idx, 0, c->gen);
}
static void cycle_done(Conn *c, u64 now) {
  if (g_window) {
    hadd(&h_cycle, now - c->t0);
  }
  g_cycles++;
  g_setup--;
  conn_close(c);
  c->st = S_IDLE;
}
static void send_teardown(Conn *c) {
  c->st = S_TEAR;
  g_playing--;
  g_setup++;
  c->deadline = now_ns() + (u64)(o_setup_to * 1e9);
  req(c, "TEARDOWN", c->base ? c->base : c->url, NULL, NULL);
}

static void on_rtp(Conn *c, Track *t, const u8 *p, int n, u64 now) {
  if (n < 12 || (p[0] >> 6) != 2) return;
  u16 seq = p[2] << 8 | p[3];
  c->pkts++;
  c->bytes += n;
  if (!t->have) {
    t->have = 1;
    t->next = seq + 1;
  } else {
    u16 d = seq - t->next;
    if (d == 0)
      t->next++;
    else if (d < 0x8000) {
      c->lost += d;
      t->next = seq + 1;
    } else {
      c->reord++;
      if (c->lost) c->lost--;
    }
  }
  if (!c->first) {
    c->first = 1;
    hadd(&h_ttfp, now - c->tplay);
    if (o_mode == 2 && o_firstpkt && c->st == S_PLAYING) {
      send_teardown(c);
      return;
    }
  }
  if (!g_window) return;
  int o = 12 + 4 * (p[0] & 15);
  if (p[0] & 16) {
    if (n < o + 4) return;
    o += 4 + 4 * (p[o + 2] << 8 | p[o + 3]);
  }
  if (n < o + 16) return;
  o += (p[o] & 31) == 28 ? 2 : 1;
  u32 mg;
  memcpy(&mg, p + o + 8, 4);
  if (mg != MAGIC) return;
  u64 ts;
  memcpy(&ts, p + o, 8);
  if (now > ts)
    hadd(&h_lat, now - ts);
  else
    hadd(&h_lat, 0);
}
static void on_response(Conn *c, char *m, int hl, char *body, int bl, u64 now) {
  char v[1024];
  int code = hl > 12 ? atoi(m + 9) : 0;
  if (o_verbose > 1) fprintf(stderr, "<<< %.*s%.*s\n", hl, m, bl, body);
  if (c->st == S_PLAYING) {
    g_ka_resp++;
    if (code == 454) fail(c, "session gone (454)");
    return;
  }
  if (code == 401 && o_user && !c->authed) {
    // pick Digest(MD5) if offered, else Basic
    char *p = m, *e = m + hl;
    c->digest = 0;
    char dig[800] = "";
    while (p < e) {
      char *nl = memchr(p, '\n', e - p);
      if (!nl) nl = e;
      if (!strncasecmp(p, "WWW-Authenticate:", 17)) {
        char *q = p + 17;
        while (*q == ' ') q++;
        if (!strncasecmp(q, "Digest", 6)) {
          int k = nl - q;
          if (k > 799) k = 799;
          char tmp[800];
          memcpy(tmp, q, k);
          tmp[k] = 0;
          if (!strstr(tmp, "SHA-256")) strcpy(dig, tmp);
        }
      }
      p = nl + 1;
    }
    if (dig[0]) {
      char *a = strstr(dig, "realm=\""), *b = strstr(dig, "nonce=\"");
      if (a && b) {
        c->realm = strndup(a + 7, strcspn(a + 7, "\""));
        c->nonce = strndup(b + 7, strcspn(b + 7, "\""));
        c->digest = 1;
      }
    }
    c->authed = 1;
    if (c->st == S_DESC) {
      req(c, "DESCRIBE", c->url, "Accept: application/sdp\r\n", NULL);
      return;
    }
  }
  if (code != 200) {
    fail(c, "status %d", code);
    return;
  }
  switch (c->st) {
  case S_OPTS:
    c->st = S_DESC;
    req(c, "DESCRIBE", c->url, "Accept: application/sdp\r\n", NULL);
    break;
  case S_DESC: {
    if (hdr(m, hl, "Content-Base", v, sizeof v) < 0 && hdr(m, hl, "Content-Location", v, sizeof v) < 0)
      snprintf(v, sizeof v, "%s", c->url);
    c->base = strdup(v);
    char *p = body, *e = body + bl;
    int inm = 0;
    while (p < e) {
      char *nl = memchr(p, '\n', e - p);
      if (!nl) nl = e;
      int k = nl - p;
      if (k && p[k - 1] == '\r') k--;
      if (k > 2 && !strncmp(p, "m=", 2)) {
        inm = 1;
        if (c->ntr < MAXTR)
          c->ctl[c->ntr++] = strdup("");
        else
          inm = 0;
      } else if (inm && k > 10 && !strncmp(p, "a=control:", 10) && c->ntr) {
        free(c->ctl[c->ntr - 1]);
        c->ctl[c->ntr - 1] = strndup(p + 10, k - 10);
      }
      p = nl + 1;
    }
    if (!c->ntr) {
      fail(c, "no media in sdp");
      return;
    }
    c->si = 0;
    send_setup(c);
    break;
  }
  case S_SETUP: {
    if (hdr(m, hl, "Session", v, sizeof v) >= 0) {
      v[strcspn(v, ";")] = 0;
      snprintf(c->session, sizeof c->session, "%s", v);
    }
    if (!o_udp && hdr(m, hl, "Transport", v, sizeof v) >= 0) {
      char *q = strstr(v, "interleaved=");
      int a, b;
      if (q && sscanf(q + 12, "%d-%d", &a, &b) == 2) {
        c->tr[c->si].rtp_ch = a;
        c->tr[c->si].rtcp_ch = b;
      }
    }
    if (++c->si < c->ntr)
      send_setup(c);
    else {
      c->st = S_PLAY;
      req(c, "PLAY", c->base, "Range: npt=0.000-\r\n", NULL);
    }
    break;
  }
  case S_PLAY:
    c->st = S_PLAYING;
    c->tplay = now;
    g_setup--;
    g_playing++;
    hadd(&h_setup, now - c->t0);
    c->next_ka = now + (u64)(o_ka * 1e9);
    if (o_mode == 2) {
      if (!o_firstpkt || c->first)
        send_teardown(c);
      else
        c->deadline = now + (u64)(o_setup_to * 1e9);
    }
    break;
  case S_TEAR:
    if (o_mode == 2)
      cycle_done(c, now);
    else {
      g_setup--;
      conn_close(c);
      c->st = S_DEAD;
    }
    break;
  }
}
// parse one TCP buffer; returns bytes consumed or -1 if the connection went away
static int parse(Conn *c, u8 *p, int n, u64 now) {
  int o = 0;
  u32 gen = c->gen;
  while (o < n) {
    u8 *q = p + o;
    int r = n - o;
    if (q[0] == '$') {
      if (r < 4) break;
      int l = q[2] << 8 | q[3];
      if (r < 4 + l) break;
      for (int i = 0; i < c->ntr; i++) {
        if (q[1] == c->tr[i].rtp_ch) {
          on_rtp(c, &c->tr[i], q + 4, l, now);
          break;
        }
        if (q[1] == c->tr[i].rtcp_ch) {
          c->rtcp++;
          break;
        }
      }
      if (c->gen != gen) return -1;
      o += 4 + l;
    } else {
      u8 *e = memmem(q, r > 16384 ? 16384 : r, "\r\n\r\n", 4);
      if (!e) {
        if (r >= 16384) {
          fail(c, "bad stream");
          return -1;
        }
        break;
      }
      int hl = e - q + 4, bl = 0;
      char v[64];
      if (hdr((char *)q, hl, "Content-Length", v, sizeof v) >= 0) bl = atoi(v);
      if (r < hl + bl) break;
      if (!strncmp((char *)q, "RTSP/", 5))
        on_response(c, (char *)q, hl, (char *)q + hl, bl, now);
      else {
        g_srvreq++;
        if (hdr((char *)q, hl, "CSeq", v, sizeof v) >= 0) {
          char b[128];
          int k = snprintf(b, sizeof b, "RTSP/1.0 200 OK\r\nCSeq: %s\r\n\r\n", v);
          if (send(c->fd, b, k, MSG_NOSIGNAL) < 0) {
          }
        }
      }
      if (c->gen != gen) return -1;
      o += hl + bl;
    }
  }
  return o;
}
static void on_tcp(Conn *c, u32 ev) {
  u64 now = now_ns();
  if (c->st == S_CONN) {
    int er = 0;
    socklen_t l = sizeof er;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &er, &l);
    if (er) {
      fail(c, "connect: %s", strerror(er));
      return;
    }
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = ((u64)c->gen << 32) | ((u64)c->idx << 8)};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
    if (o_mode != 2) c->t0 = now;
    if (o_options) {
      c->st = S_OPTS;
      req(c, "OPTIONS", c->url, NULL, NULL);
      return;
    }
    c->st = S_DESC;
    req(c, "DESCRIBE", c->url, "Accept: application/sdp\r\n", NULL);
    return;
  }
  for (int round = 0; round < 4; round++) {
    if (c->clen) memcpy(BIG, c->carry, c->clen);
    int want = BIGSZ - c->clen;
    ssize_t r = recv(c->fd, BIG + c->clen, want, 0);
    if (r <= 0) {
      if (r < 0 && (errno == EAGAIN || errno == EINTR)) return;
      fail(c, "%s", r ? strerror(errno) : "eof");
      return;
    }
    if (round == 0) now = now_ns();
    int n = c->clen + r, k = parse(c, BIG, n, now);
    if (k < 0) return;
    c->clen = n - k;
    if (c->clen) {
      if (c->clen > CARRYMAX) {
        fail(c, "carry");
        return;
      }
      if (c->ccap < c->clen) {
        c->ccap = c->clen < 4096 ? 4096 : c->clen * 2;
        c->carry = realloc(c->carry, c->ccap);
      }
      memcpy(c->carry, BIG + k, c->clen);
    }
    if (r < want) return;
  }
}
#define VL 64
static struct mmsghdr mm[VL];
static struct iovec mi[VL];
static u8 mb[VL][2048];
static void on_udp(Conn *c, int kind) {
  Track *t = &c->tr[(kind - 1) / 2];
  int rtcp = !(kind & 1), fd = rtcp ? t->rtcp_fd : t->rtp_fd;
  u32 gen = c->gen;
  if (fd < 0) return;
  for (;;) {
    int k = recvmmsg(fd, mm, VL, MSG_DONTWAIT, NULL);
    if (k <= 0) return;
    u64 now = now_ns();
    for (int i = 0; i < k; i++) {
      if (rtcp)
        c->rtcp++;
      else {
        on_rtp(c, t, mb[i], mm[i].msg_len, now);
        if (c->gen != gen) return;
      }
    }
    if (k < VL) return;
  }
}

// ---------------------------------------------------------------- accounting
typedef struct {
  double ut, st, cpu_ns;
  long rss, hwm, vcs, ncs;
  int threads;
} Srv;
static double clk_s(clockid_t c) {
  struct timespec t;
  return clock_gettime(c, &t) ? -1 : t.tv_sec + t.tv_nsec / 1e9;
}
static void srv_read(int pid, Srv *s) {
  memset(s, 0, sizeof *s);
  if (!pid) return;
  char p[64], b[4096];
  snprintf(p, sizeof p, "/proc/%d/stat", pid);
  FILE *f = fopen(p, "r");
  if (!f) return;
  size_t n = fread(b, 1, sizeof b - 1, f);
  fclose(f);
  b[n] = 0;
  char *q = strrchr(b, ')');
  unsigned long u = 0, k = 0;
  if (q) sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &k);
  double hz = sysconf(_SC_CLK_TCK);
  s->ut = u / hz;
  s->st = k / hz;
  clockid_t ck;
  if (!clock_getcpuclockid(pid, &ck)) s->cpu_ns = clk_s(ck);
  snprintf(p, sizeof p, "/proc/%d/status", pid);
  f = fopen(p, "r");
  if (!f) return;
  while (fgets(b, sizeof b, f)) {
    sscanf(b, "VmRSS: %ld", &s->rss);
    sscanf(b, "VmHWM: %ld", &s->hwm);
    sscanf(b, "Threads: %d", &s->threads);
  }
  fclose(f);
  // context switches summed over threads
  snprintf(p, sizeof p, "ls /proc/%d/task", pid);
  f = popen(p, "r");
  char t[32];
  while (f && fgets(t, sizeof t, f)) {
    snprintf(p, sizeof p, "/proc/%d/task/%d/status", pid, atoi(t));
    FILE *g = fopen(p, "r");
    if (!g) continue;
    long v;
    while (fgets(b, sizeof b, g)) {
      if (sscanf(b, "voluntary_ctxt_switches: %ld", &v) == 1) s->vcs += v;
      if (sscanf(b, "nonvoluntary_ctxt_switches: %ld", &v) == 1) s->ncs += v;
    }
    fclose(g);
  }
  if (f) pclose(f);
}
static int srv_cpu(int pid) {
  char p[64], b[512];
  int c = -1;
  if (!pid) return -1;
  snprintf(p, sizeof p, "/proc/%d/status", pid);
  FILE *f = fopen(p, "r");
  if (!f) return -1;
  while (fgets(b, sizeof b, f)) {
    if (!strncmp(b, "Cpus_allowed_list:", 18)) {
      char *q = b + 18;
      while (isspace(*q)) q++;
      if (strcspn(q, ",-") >= strlen(q) - 1) c = atoi(q);
    }
  }
  fclose(f);
  return c;
}
static double
cpu_idle(int cpu) { // idle seconds of one CPU from /proc/stat (exact under NO_HZ, unlike the tick-sampled busy columns)
  FILE *f = fopen("/proc/stat", "r");
  char b[512];
  double r = 0;
  while (f && fgets(b, sizeof b, f)) {
    int k;
    unsigned long u, n, s, i, w;
    if (sscanf(b, "cpu%d %lu %lu %lu %lu %lu", &k, &u, &n, &s, &i, &w) == 6 && k == cpu)
      r = (i + w) / (double)sysconf(_SC_CLK_TCK);
  }
  if (f) fclose(f);
  return r;
}
static int own_cpu(void) {
  cpu_set_t s;
  CPU_ZERO(&s);
  sched_getaffinity(0, sizeof s, &s);
  if (CPU_COUNT(&s) != 1) return -1;
  for (int i = 0; i < 1024; i++)
    if (CPU_ISSET(i, &s)) return i;
  return -1;
}
static double own_u, own_s;
static void own(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  own_u = r.ru_utime.tv_sec + r.ru_utime.tv_usec / 1e6;
  own_s = r.ru_stime.tv_sec + r.ru_stime.tv_usec / 1e6;
}
static u64 drops(void) {
  u64 d = 0;
  for (int i = 0; i < o_n && o_udp; i++)
    for (int k = 0; k < C[i].ntr; k++)
      if (C[i].tr[k].rtp_fd >= 0) {
        u32 mi[16] = {0};
        socklen_t l = sizeof mi;
        if (!getsockopt(C[i].tr[k].rtp_fd, SOL_SOCKET, SO_MEMINFO, mi, &l)) d += mi[SK_MEMINFO_DROPS];
      }
  return d;
}

static int pass(int timeout_ms) { // one turn of the event loop
  struct epoll_event ev[512];
  int n = epoll_wait(ep, ev, 512, timeout_ms);
  g_pass++;
  for (int i = 0; i < n; i++) {
    int kind = ev[i].data.u64 & 255, idx = ev[i].data.u64 >> 8 & 0xffffff;
    u32 gen = ev[i].data.u64 >> 32;
    Conn *c = &C[idx];
    if (c->gen != gen || c->fd < 0) continue;
    if (kind == 0)
      on_tcp(c, ev[i].events);
    else
      on_udp(c, kind);
  }
  return n;
}
static void nap(void) {
  if (o_coalesce_us > 0) {
    struct timespec t = {0, o_coalesce_us * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
  }
}
// Coalescing: while packets keep coming, sleep coalesce-us between passes (fewer, larger reads, and the server's sends
// find no sleeping epoll waiter to wake); after 5 empty passes block in epoll, so that an idle reader costs nothing.
static void turn(void) {
  static int empty;
  int n = pass(o_coalesce_us && (o_coalesce_us < 0 || empty < 5) ? 0 : 20);
  empty = n ? 0 : empty + 1;
  if (empty < 5) nap();
}

static void report_srv(Srv *a, Srv *b, u64 pkts, double fs, double fc, long rss0, int n) {
  if (!o_spid) return;
  double tick = b->ut - a->ut + b->st - a->st, cpu = b->cpu_ns - a->cpu_ns;
  printf(",\"srv_user_s\":%.3f,\"srv_sys_s\":%.3f,\"srv_cpu_s\":%.4f,\"srv_us_per_pkt\":%.3f,\"foreign_srvcpu_s\":%.2f,"
         "\"foreign_clicpu_s\":%.2f,\"srv_rss_kb\":%ld,\"srv_hwm_kb\":%ld,\"srv_rss_before_kb\":%ld,\"srv_rss_per_"
         "reader_kb\":%.1f,\"srv_vcs\":%ld,\"srv_ncs\":%ld,\"srv_threads\":%d",
         b->ut - a->ut, b->st - a->st, cpu > 0 ? cpu : tick, pkts ? (cpu > 0 ? cpu : tick) * 1e6 / pkts : -1, fs - cpu,
         fc, b->rss, b->hwm, rss0, n ? (b->rss - rss0) / (double)n : 0, b->vcs - a->vcs, b->ncs - a->ncs, b->threads);
}

static int do_read(void) {
  C = calloc(o_n, sizeof *C);
  for (int i = 0; i < o_n; i++) {
    C[i].idx = i;
    C[i].fd = -1;
    for (int k = 0; k < MAXTR; k++) C[i].tr[k].rtp_fd = C[i].tr[k].rtcp_fd = -1;
  }
  Srv s00, s0, s1;
  srv_read(o_spid, &s00);
  int started = 0, scpu = srv_cpu(o_spid), ccpu = own_cpu();
  u64 start = now_ns(), limit = start + (u64)(o_maxtime * 1e9), next_scan = 0;
  int phase = 0;
  u64 w0 = 0, w1 = 0;
  double ou = 0, os = 0, idle0 = 0, idlec0 = 0;
  u64 ka0 = 0, drop0 = 0;
  int lost0 = 0;
  u64 t_ready = 0;
  for (;;) {
    u64 now = now_ns();
    if (now > limit) break;
    while (started < o_n && g_setup < o_conc && phase == 0) conn_start(&C[started++]);
    if (phase == 0 && started == o_n && g_setup == 0) {
      phase = 1;
      t_ready = now;
      w0 = now + (u64)(o_warm * 1e9);
      if (!g_playing) break;
    }
    if (phase == 1 && now >= w0) {
      phase = 2;
      for (int i = 0; i < o_n; i++) C[i].pkts = C[i].bytes = C[i].lost = C[i].reord = C[i].rtcp = 0;
      lost0 = g_lostconn;
      ka0 = g_ka_sent;
      drop0 = drops();
      srv_read(o_spid, &s0);
      idle0 = cpu_idle(scpu);
      idlec0 = cpu_idle(ccpu);
      own();
      ou = own_u;
      os = own_s;
      g_pass = 0;
      w0 = now_ns();
      w1 = w0 + (u64)(o_t * 1e9);
      g_window = 1;
    }
    if (phase == 2 && now >= w1) break;
    if (now > next_scan) {
      next_scan = now + 50000000;
      for (int i = 0; i < started; i++) {
        Conn *c = &C[i];
        if (c->st == S_PLAYING && now > c->next_ka) {
          c->next_ka = now + (u64)(o_ka * 1e9);
          g_ka_sent++;
          req(c, (g_ka_sent & 1) ? "OPTIONS" : "GET_PARAMETER", c->base, NULL, NULL);
        } else if (c->st > S_IDLE && c->st < S_PLAYING && now > c->deadline)
          fail(c, "setup timeout");
      }
    }
    turn();
  }
  g_window = 0;
  u64 wend = now_ns();
  Srv *sa = &s0;
  if (phase < 2) {
    memset(&s0, 0, sizeof s0);
    w0 = wend;
  }
  srv_read(o_spid, &s1);
  double idle1 = cpu_idle(scpu), idlec1 = cpu_idle(ccpu);
  own();
  double cu = own_u - ou, cs = own_s - os;
  u64 drop1 = drops();
  u64 pk = 0, by = 0, lo = 0, re = 0, mn = ~0ull, mx = 0, rtcp = 0;
  for (int i = 0; i < o_n; i++) {
    Conn *c = &C[i];
    pk += c->pkts;
    by += c->bytes;
    lo += c->lost;
    re += c->reord;
    rtcp += c->rtcp;
    if (c->st == S_PLAYING) {
      if (c->pkts < mn) mn = c->pkts;
      if (c->pkts > mx) mx = c->pkts;
    }
  }
  double T = (wend - w0) / 1e9;
  if (T <= 0) T = 1e-9;
  printf("{\"mode\":\"read\",\"label\":\"%s\",\"transport\":\"%s\",\"readers\":%d,\"connected\":%d,\"failed\":%d,"
         "\"lost_conns\":%d,\"err\":\"%s\",\"ramp_s\":%.3f,\"setup_ms_p50\":%.3f,\"setup_ms_p99\":%.3f,\"setup_ms_"
         "max\":%.3f,\"ttfp_ms_p50\":%.3f,\"ttfp_ms_p99\":%.3f,\"window_s\":%.3f,\"packets\":%lu,\"pps\":%.0f,"
         "\"bytes\":%lu,\"mbps\":%.2f,\"lost\":%lu,\"reordered\":%lu,\"rtcp\":%lu,\"cli_drops\":%lu,\"pkts_min\":%lu,"
         "\"pkts_max\":%lu,\"lat_us_p50\":%.0f,\"lat_us_p90\":%.0f,\"lat_us_p99\":%.0f,\"lat_us_max\":%.0f,\"lat_n\":%"
         "lu,\"keepalives\":%lu,\"cli_user_s\":%.3f,\"cli_sys_s\":%.3f,\"cli_us_per_pkt\":%.3f",
         o_label, o_udp ? "udp" : "tcp", o_n, g_playing, g_failed, g_lostconn - lost0, g_err,
         (t_ready ? t_ready - start : 0) / 1e9, hpct(&h_setup, 50) / 1e6, hpct(&h_setup, 99) / 1e6, h_setup.max / 1e6,
         hpct(&h_ttfp, 50) / 1e6, hpct(&h_ttfp, 99) / 1e6, T, pk, pk / T, by, by * 8 / T / 1e6, lo, re, rtcp,
         drop1 - drop0, mn == ~0ull ? 0 : mn, mx, hpct(&h_lat, 50) / 1e3, hpct(&h_lat, 90) / 1e3,
         hpct(&h_lat, 99) / 1e3, h_lat.max / 1e3, h_lat.n, g_ka_sent - ka0, cu, cs, pk ? (cu + cs) * 1e6 / pk : -1);
  report_srv(sa, &s1, pk, scpu < 0 ? 0 : T - (idle1 - idle0), ccpu < 0 ? 0 : T - (idlec1 - idlec0) - cu - cs, s00.rss,
             g_playing);
  printf("}\n");
  fflush(stdout);
  // polite end
  for (int i = 0; i < started; i++)
    if (C[i].st == S_PLAYING) {
      u32 g = C[i].gen;
      send_teardown(&C[i]);
      (void)g;
    }
  u64 e = now_ns() + 2000000000ull;
  while (g_setup > 0 && now_ns() < e) {
    pass(20);
  }
  return g_playing >= 0 && pk ? 0 : 1;
}

static int do_churn(void) {
  o_n = o_conc;
  C = calloc(o_n, sizeof *C);
  for (int i = 0; i < o_n; i++) {
    C[i].idx = i;
    C[i].fd = -1;
    for (int k = 0; k < MAXTR; k++) C[i].tr[k].rtp_fd = C[i].tr[k].rtcp_fd = -1;
  }
  Srv s0, s1;
  srv_read(o_spid, &s0);
  int scpu = srv_cpu(o_spid), ccpu = own_cpu();
  double idle0 = cpu_idle(scpu), idlec0 = cpu_idle(ccpu);
  own();
  double ou = own_u, os = own_s;
  u64 start = now_ns(), end = start + (u64)(o_t * 1e9), next_scan = 0;
  g_window = 1;
  u64 launched = 0;
  while (now_ns() < end) {
    u64 now = now_ns();
    for (int i = 0; i < o_n; i++)
      if (C[i].st == S_IDLE || C[i].st == S_DEAD) {
        if (o_rate > 0 && launched > (now - start) / 1e9 * o_rate) break;
        launched++;
        C[i].st = S_IDLE;
        conn_start(&C[i]);
      }
    if (now > next_scan) {
      next_scan = now + 50000000;
      for (int i = 0; i < o_n; i++) {
        Conn *c = &C[i];
        if (c->fd >= 0 && c->st != S_IDLE && c->st != S_DEAD && now > c->deadline) fail(c, "timeout");
      }
      if (g_cyc_fail > 2000) break;
    }
    pass(5);
  }
  double T = (now_ns() - start) / 1e9;
  srv_read(o_spid, &s1);
  double idle1 = cpu_idle(scpu), idlec1 = cpu_idle(ccpu);
  own();
  printf("{\"mode\":\"churn\",\"label\":\"%s\",\"transport\":\"%s\",\"conc\":%d,\"first_packet\":%d,\"window_s\":%.3f,"
         "\"cycles\":%lu,\"cycles_per_s\":%.1f,\"failed\":%lu,\"err\":\"%s\",\"cycle_ms_p50\":%.3f,\"cycle_ms_p99\":%."
         "3f,\"cycle_ms_max\":%.3f,\"setup_ms_p50\":%.3f,\"setup_ms_p99\":%.3f,\"ttfp_ms_p50\":%.3f,\"cli_cpu_s\":%.3f",
         o_label, o_udp ? "udp" : "tcp", o_conc, o_firstpkt, T, g_cycles, g_cycles / T, g_cyc_fail, g_err,
         hpct(&h_cycle, 50) / 1e6, hpct(&h_cycle, 99) / 1e6, h_cycle.max / 1e6, hpct(&h_setup, 50) / 1e6,
         hpct(&h_setup, 99) / 1e6, hpct(&h_ttfp, 50) / 1e6, own_u + own_s - ou - os);
  if (o_spid) printf(",\"srv_ms_per_cycle\":%.3f", g_cycles ? (s1.cpu_ns - s0.cpu_ns) * 1e3 / g_cycles : -1);
  report_srv(&s0, &s1, g_cycles, scpu < 0 ? 0 : T - (idle1 - idle0),
             ccpu < 0 ? 0 : T - (idlec1 - idlec0) - (own_u + own_s - ou - os), s0.rss, 0);
  printf("}\n");
  return g_cycles ? 0 : 1;
}

// ---------------------------------------------------------------- publisher (blocking request phase, timed send loop)
static u8 pb[1 << 16];
static int pbn;
static int p_wait(Conn *c, int to_ms, char *h,
                  int hn) { // read one RTSP response, skipping interleaved frames; returns status or -1
  u64 end = now_ns() + to_ms * 1000000ull;
  for (;;) {
    while (pbn > 0) {
      if (pb[0] == '$') {
        if (pbn < 4) break;
        int l = pb[2] << 8 | pb[3];
        if (pbn < 4 + l) break;
        pbn -= 4 + l;
        memmove(pb, pb + 4 + l, pbn);
        continue;
      }
      u8 *e = memmem(pb, pbn, "\r\n\r\n", 4);
      if (!e) break;
      int hl = e - pb + 4, bl = 0;
      char v[64];
      if (hdr((char *)pb, hl, "Content-Length", v, sizeof v) >= 0) bl = atoi(v);
      if (pbn < hl + bl) break;
      if (o_verbose > 1) fprintf(stderr, "<<< %.*s\n", hl, pb);
      int isresp = !strncmp((char *)pb, "RTSP/", 5), code = isresp ? atoi((char *)pb + 9) : 0;
      if (h) {
        int k = hl < hn - 1 ? hl : hn - 1;
        memcpy(h, pb, k);
        h[k] = 0;
      }
      if (!isresp && hdr((char *)pb, hl, "CSeq", v, sizeof v) >= 0) {
        char b[128];
        int k = snprintf(b, sizeof b, "RTSP/1.0 200 OK\r\nCSeq: %s\r\n\r\n", v);
        if (send(c->fd, b, k, MSG_NOSIGNAL) < 0) {
        }
      }
      pbn -= hl + bl;
      memmove(pb, pb + hl + bl, pbn);
      if (isresp) return code;
    }
    u64 n = now_ns();
    if (n >= end) return -1;
    struct pollfd pf = {c->fd, POLLIN, 0};
    if (poll(&pf, 1, (end - n) / 1000000 + 1) <= 0) {
      if (to_ms == 0) return -1;
      continue;
    }
    ssize_t r = recv(c->fd, pb + pbn, sizeof pb - pbn, MSG_DONTWAIT);
    if (r == 0) return -2;
    if (r < 0) {
      if (errno == EAGAIN) continue;
      return -2;
    }
    pbn += r;
  }
}
static volatile sig_atomic_t g_stop;
static void onsig(int s) {
  g_stop = 1;
}
static int p_req(Conn *c, const char *m, const char *u, const char *x, const char *body, char *h, int hn) {
  for (int k = 0; k < 2; k++) {
    if (req(c, m, u, x, body)) return -1;
    int code = p_wait(c, 10000, h, hn);
    if (code == 401 && o_user && !c->authed) {
      char *d = strcasestr(h, "WWW-Authenticate: Digest");
      c->authed = 1;
      if (d) {
        char *a = strstr(d, "realm=\""), *b = strstr(d, "nonce=\"");
        if (a && b) {
          c->realm = strndup(a + 7, strcspn(a + 7, "\""));
          c->nonce = strndup(b + 7, strcspn(b + 7, "\""));
          c->digest = 1;
        }
      }
      continue;
    }
    return code;
  }
  return 401;
}
static int do_publish(void) {
  Conn cc = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, *c = &cc;
  c->st = S_CONN;
  for (int i = 0; i < MAXTR; i++) c->tr[i].rtp_fd = c->tr[i].rtcp_fd = -1;
  char h[4096], v[512], x[256], url[256];
  snprintf(url, sizeof url, o_url, 0);
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(c->fd, (void *)&srv, sizeof srv)) die("connect: %s", strerror(errno));
  char sdp[1024];
  snprintf(
      sdp, sizeof sdp,
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=rtspload\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 0 RTP/AVP "
      "96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1; "
      "sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==; profile-level-id=42C01E\r\na=control:streamid=0\r\n");
  int code = p_req(c, "ANNOUNCE", url, "Content-Type: application/sdp\r\n", sdp, h, sizeof h);
  if (code != 200) die("ANNOUNCE: %d", code);
  // Some servers begin the session here.
  if (hdr(h, strlen(h), "Session", v, sizeof v) >= 0) {
    v[strcspn(v, ";")] = 0;
    snprintf(c->session, sizeof c->session, "%.90s", v);
  }
  Track *t = &c->tr[0];
  char su[300];
  snprintf(su, sizeof su, "%s/streamid=0", url);
  if (o_udp) {
    if (udp_pair(t)) die("ports");
    snprintf(x, sizeof x, "Transport: RTP/AVP;unicast;client_port=%d-%d;mode=record\r\n", t->port, t->port + 1);
  } else
    snprintf(x, sizeof x, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\r\n");
  code = p_req(c, "SETUP", su, x, NULL, h, sizeof h);
  if (code != 200) die("SETUP: %d", code);
  if (hdr(h, strlen(h), "Session", v, sizeof v) >= 0) {
    v[strcspn(v, ";")] = 0;
    snprintf(c->session, sizeof c->session, "%.90s", v);
  }
  struct sockaddr_in d = srv, dc = srv;
  if (o_udp) {
    int a, b;
    char *q;
    if (hdr(h, strlen(h), "Transport", v, sizeof v) < 0 || !(q = strstr(v, "server_port=")) ||
        sscanf(q + 12, "%d-%d", &a, &b) != 2)
      die("no server_port");
    d.sin_port = htons(a);
    dc.sin_port = htons(b);
    if (connect(t->rtp_fd, (void *)&d, sizeof d) || connect(t->rtcp_fd, (void *)&dc, sizeof dc)) die("udp connect");
    int fl = fcntl(t->rtp_fd, F_GETFL);
    fcntl(t->rtp_fd, F_SETFL, fl & ~O_NONBLOCK);
  }
  code = p_req(c, "RECORD", url, "Range: npt=0.000-\r\n", NULL, h, sizeof h);
  if (code != 200) die("RECORD: %d", code);
  fprintf(stderr, "publishing\n");
  signal(SIGTERM, onsig);
  signal(SIGINT, onsig);
  int fb = o_bitrate / 8 / o_fps, np = (fb + o_pkt - 1) / o_pkt;
  if (np > 512) die("frame too large");
  u8 *buf = malloc((size_t)np * (o_pkt + 4));
  struct mmsghdr *pm = calloc(np, sizeof *pm);
  struct iovec *iv = calloc(np, sizeof *iv);
  u16 seq = 1000;
  u32 ssrc = 0x1234abcd;
  u64 frames = 0, pk = 0, by = 0, late = 0, stall = 0, maxw = 0, errs = 0;
  for (int i = 0; i < np * (o_pkt + 4); i++) buf[i] = 0x55 + (i * 7 & 63);
  own();
  double ou = own_u + own_s;
  u64 start = now_ns(), next = start, end = start + (u64)(o_t * 1e9), next_sr = start, next_ka = start + 15000000000ull,
      per = (u64)(1e9 / o_fps);
  int rc = 0;
  while (!g_stop && next < end) {
    u64 now = now_ns();
    if (now < next) {
      struct timespec ts = {next / 1000000000, next % 1000000000};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
      if (g_stop) break;
      now = now_ns();
    }
    if (now > next + 5000000) late++;
    u32 rts = (u32)((next - start) * 9 / 100000);
    int idr = frames % o_gop == 0, left = fb, len[512], n = 0;
    u8 *p = buf;
    for (int i = 0; i < np; i++) {
      int sz = left < o_pkt ? left : o_pkt;
      if (sz < 32) sz = 32;
      left -= sz;
      u8 *r = p + (o_udp ? 0 : 4);
      if (!o_udp) {
        p[0] = '$';
        p[1] = 0;
        p[2] = sz >> 8;
        p[3] = sz;
      }
      r[0] = 0x80;
      r[1] = 96 | (i == np - 1 ? 0x80 : 0);
      r[2] = seq >> 8;
      r[3] = seq;
      seq++;
      u32 b = htonl(rts);
      memcpy(r + 4, &b, 4);
      b = htonl(ssrc);
      memcpy(r + 8, &b, 4);
      int nt = idr ? 5 : 1, nri = idr ? 0x60 : 0x40, o;
      if (np == 1) {
        r[12] = nri | nt;
        o = 13;
      } else {
        r[12] = nri | 28;
        r[13] = nt | (i == 0 ? 0x80 : 0) | (i == np - 1 ? 0x40 : 0);
        o = 14;
      }
      u64 ts = now_ns();
      memcpy(r + o, &ts, 8);
      u32 mg = MAGIC;
      memcpy(r + o + 8, &mg, 4);
      len[i] = sz + (o_udp ? 0 : 4);
      iv[i].iov_base = p;
      iv[i].iov_len = len[i];
      pm[i].msg_hdr.msg_iov = &iv[i];
      pm[i].msg_hdr.msg_iovlen = 1;
      p += len[i];
      n += len[i];
      if (!o_framewrite) {
        ssize_t w = send(o_udp ? t->rtp_fd : c->fd, p - len[i], len[i], MSG_NOSIGNAL);
        if (w != len[i]) {
          if (o_udp)
            errs++;
          else {
            rc = 1;
            g_stop = 1;
            break;
          }
        }
      }
    }
    u64 ws = now_ns();
    if (o_framewrite) {
      if (o_udp) {
        int k = sendmmsg(t->rtp_fd, pm, np, 0);
        if (k != np) errs++;
      } else {
        int o = 0;
        while (o < n) {
          ssize_t w = send(c->fd, buf + o, n - o, MSG_NOSIGNAL);
          if (w <= 0) {
            rc = 1;
            g_stop = 1;
            break;
          }
          o += w;
        }
      }
    }
    u64 wt = now_ns() - ws;
    if (wt > maxw) maxw = wt;
    if (wt > 10000000) stall++;
    frames++;
    pk += np;
    by += n;
    if (now >= next_sr) {
      next_sr = now + 5000000000ull;
      struct timespec w;
      clock_gettime(CLOCK_REALTIME, &w);
      u8 s[4 + 28];
      u8 *r = s + 4;
      s[0] = '$';
      s[1] = 1;
      s[2] = 0;
      s[3] = 28;
      u32 f[7] = {htonl(0x80c80006),
                  htonl(ssrc),
                  htonl((u32)(w.tv_sec + 2208988800u)),
                  htonl((u32)(w.tv_nsec * 4.294967296)),
                  htonl(rts + (u32)((now - next) * 9 / 100000)),
                  htonl((u32)pk),
                  htonl((u32)by)};
      memcpy(r, f, 28);
      if (o_udp) {
        if (send(t->rtcp_fd, r, 28, 0) < 0) errs++;
      } else if (send(c->fd, s, 32, MSG_NOSIGNAL) != 32) {
        rc = 1;
        break;
      }
    }
    if (now >= next_ka) {
      next_ka = now + 15000000000ull;
      req(c, "OPTIONS", url, NULL, NULL);
    }
    int k;
    while ((k = p_wait(c, 0, h, sizeof h)) > 0) {
    }
    if (k == -2) {
      fprintf(stderr, "publisher: server closed\n");
      rc = 1;
      break;
    }
    if (o_udp) {
      u8 junk[1500];
      while (recv(t->rtcp_fd, junk, sizeof junk, MSG_DONTWAIT) > 0) {
      }
    }
    next += per;
  }
  double T = (now_ns() - start) / 1e9;
  own();
  printf("{\"mode\":\"publish\",\"transport\":\"%s\",\"s\":%.3f,\"frames\":%lu,\"packets\":%lu,\"pkts_per_frame\":%d,"
         "\"mbps\":%.3f,\"late_frames\":%lu,\"stalls_10ms\":%lu,\"max_write_ms\":%.3f,\"send_errors\":%lu,\"cpu_s\":%."
         "3f,\"rc\":%d}\n",
         o_udp ? "udp" : "tcp", T, frames, pk, np, by * 8 / T / 1e6, late, stall, maxw / 1e6, errs, own_u + own_s - ou,
         rc);
  fflush(stdout);
  if (!rc) {
    req(c, "TEARDOWN", url, NULL, NULL);
    p_wait(c, 300, h, sizeof h);
  }
  return rc;
}

int main(int ac, char **av) {
  if (ac < 2) usage();
  if (!strcmp(av[1], "read"))
    o_mode = 0;
  else if (!strcmp(av[1], "publish"))
    o_mode = 1;
  else if (!strcmp(av[1], "churn"))
    o_mode = 2, o_conc = 4;
  else
    usage();
  for (int i = 2; i < ac; i++) {
    const char *a = av[i];
#define ARG(s) (!strcmp(a, s) && i + 1 < ac)
    if (ARG("--url"))
      o_url = av[++i];
    else if (ARG("-n"))
      o_n = atoi(av[++i]);
    else if (ARG("--transport"))
      o_udp = !strcmp(av[++i], "udp");
    else if (ARG("-t"))
      o_t = atof(av[++i]);
    else if (ARG("--auth")) {
      char *s = strdup(av[++i]), *k = strchr(s, ':');
      if (!k) usage();
      *k = 0;
      o_user = s;
      o_pass = k + 1;
    } else if (ARG("--server-pid"))
      o_spid = atoi(av[++i]);
    else if (ARG("--label"))
      o_label = av[++i];
    else if (ARG("--conc"))
      o_conc = atoi(av[++i]);
    else if (ARG("--warmup"))
      o_warm = atof(av[++i]);
    else if (ARG("--coalesce-us"))
      o_coalesce_us = atoi(av[++i]);
    else if (ARG("--keepalive"))
      o_ka = atof(av[++i]);
    else if (ARG("--rcvbuf"))
      o_rcvbuf = atol(av[++i]);
    else if (ARG("--urls"))
      o_urls = atoi(av[++i]);
    else if (ARG("--bitrate"))
      o_bitrate = atol(av[++i]);
    else if (ARG("--fps"))
      o_fps = atof(av[++i]);
    else if (ARG("--pkt"))
      o_pkt = atoi(av[++i]);
    else if (ARG("--gop"))
      o_gop = atoi(av[++i]);
    else if (ARG("--burst"))
      o_framewrite = !strcmp(av[++i], "frame");
    else if (ARG("--rate"))
      o_rate = atof(av[++i]);
    else if (ARG("--setup-timeout"))
      o_setup_to = atof(av[++i]);
    else if (ARG("--max-time"))
      o_maxtime = atof(av[++i]);
    else if (!strcmp(a, "--options"))
      o_options = 1;
    else if (!strcmp(a, "--first-packet"))
      o_firstpkt = 1;
    else if (!strcmp(a, "-v"))
      o_verbose++;
    else {
      fprintf(stderr, "bad option %s\n", a);
      usage();
    }
  }
  if (o_pkt > 1460 || o_pkt < 64) die("--pkt 64..1460");
  const char *h = o_url;
  if (strncasecmp(h, "rtsp://", 7)) die("rtsp:// url wanted");
  h += 7;
  size_t hn = strcspn(h, "/");
  snprintf(hostport, sizeof hostport, "%.*s", (int)hn, h);
  snprintf(host, sizeof host, "%.*s", (int)strcspn(hostport, ":"), hostport);
  if (strchr(hostport, ':')) port = atoi(strchr(hostport, ':') + 1);
  srv.sin_family = AF_INET;
  srv.sin_port = htons(port);
  if (inet_pton(AF_INET, strcmp(host, "localhost") ? host : "127.0.0.1", &srv.sin_addr) != 1)
    die("numeric IPv4 host wanted");
  if ((ntohl(srv.sin_addr.s_addr) >> 24) != 127) die("loopback only");
  struct rlimit rl;
  getrlimit(RLIMIT_NOFILE, &rl);
  rl.rlim_cur = rl.rlim_max;
  setrlimit(RLIMIT_NOFILE, &rl);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_TIMERSLACK, 1000);
  if (!o_maxtime) o_maxtime = o_t + o_warm + 60 + o_n * 0.1;
  alarm((unsigned)(o_maxtime + 30));
  BIG = malloc(BIGSZ);
  ep = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < VL; i++) {
    mi[i].iov_base = mb[i];
    mi[i].iov_len = sizeof mb[i];
    mm[i].msg_hdr.msg_iov = &mi[i];
    mm[i].msg_hdr.msg_iovlen = 1;
  }
  return o_mode == 0 ? do_read() : o_mode == 1 ? do_publish() : do_churn();
}
