// The passes of the Fourier transform, for one instruction set. A transform works on split real and imaginary parts,
// from one buffer to another and back: each pass takes one factor of the length apart (Stockham's order), and its inner
// loop runs along `s` neighbours that share their twiddles, so that it becomes vector code.
#include <algorithm>
#include <cmath>
#include "cpu/isa/simd.h"
#include "cpu/table.h"

namespace gl {
namespace GL_ISA {
namespace {

// As many numbers as a register holds; the compiler's own vectors have arithmetic, with numbers too.
#if defined(__AVX512F__)
constexpr int kLanes = 8;
#elif defined(__AVX2__)
constexpr int kLanes = 4;
#else
constexpr int kLanes = 2;
#endif
typedef double Lanes __attribute__((vector_size(8 * kLanes)));

template <class V> GL_FN V load(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof(V));
  return v;
}
template <class V> GL_FN void store(double* p, V v) { __builtin_memcpy(p, &v, sizeof(V)); }

template <class V> struct Point {
  V re, im;
};
template <class V> GL_FN Point<V> operator+(Point<V> a, Point<V> b) { return {a.re + b.re, a.im + b.im}; }
template <class V> GL_FN Point<V> operator-(Point<V> a, Point<V> b) { return {a.re - b.re, a.im - b.im}; }
template <class V> GL_FN Point<V> scaled(Point<V> a, double f) { return {a.re * f, a.im * f}; }
template <class V, class W> GL_FN Point<V> times(Point<V> a, W re, W im) {
  return {a.re * re - a.im * im, a.re * im + a.im * re};
}
// Times -i.
template <class V> GL_FN Point<V> turned(Point<V> a) { return {a.im, -a.re}; }

// The transform of R points in place.
template <int R> struct Butterfly;

template <> struct Butterfly<2> {
  template <class P> static GL_HD inline void run(P* x) {
    const P a = x[0] + x[1], b = x[0] - x[1];
    x[0] = a, x[1] = b;
  }
};

template <> struct Butterfly<3> {
  template <class P> static GL_HD inline void run(P* x) {
    const double c = -0.5, s = 0.86602540378443864676;
    const P sum = x[1] + x[2], difference = scaled(turned(x[1] - x[2]), s);
    const P middle = x[0] + scaled(sum, c);
    x[0] = x[0] + sum;
    x[1] = middle + difference;
    x[2] = middle - difference;
  }
};

template <> struct Butterfly<4> {
  template <class P> static GL_HD inline void run(P* x) {
    const P a = x[0] + x[2], b = x[0] - x[2], c = x[1] + x[3], d = turned(x[1] - x[3]);
    x[0] = a + c;
    x[1] = b + d;
    x[2] = a - c;
    x[3] = b - d;
  }
};

template <> struct Butterfly<5> {
  template <class P> static GL_HD inline void run(P* x) {
    const double c1 = 0.30901699437494742410, s1 = 0.95105651629515357212;
    const double c2 = -0.80901699437494742410, s2 = 0.58778525229247312917;
    const P a = x[1] + x[4], b = turned(x[1] - x[4]), c = x[2] + x[3], d = turned(x[2] - x[3]);
    const P e = x[0] + scaled(a, c1) + scaled(c, c2), f = x[0] + scaled(a, c2) + scaled(c, c1);
    const P g = scaled(b, s1) + scaled(d, s2), h = scaled(b, s2) - scaled(d, s1);
    x[0] = x[0] + a + c;
    x[1] = e + g;
    x[2] = f + h;
    x[3] = f - h;
    x[4] = e - g;
  }
};

template <> struct Butterfly<7> {
  template <class P> static GL_HD inline void run(P* x) {
    const double c1 = 0.62348980185873353053, c2 = -0.22252093395631440429, c3 = -0.90096886790241912624;
    const double s1 = 0.78183148246802980871, s2 = 0.97492791218182360702, s3 = 0.43388373911755812048;
    const P a = x[1] + x[6], b = x[2] + x[5], c = x[3] + x[4];
    const P p = turned(x[1] - x[6]), q = turned(x[2] - x[5]), r = turned(x[3] - x[4]);
    const P e1 = x[0] + scaled(a, c1) + scaled(b, c2) + scaled(c, c3);
    const P e2 = x[0] + scaled(a, c2) + scaled(b, c3) + scaled(c, c1);
    const P e3 = x[0] + scaled(a, c3) + scaled(b, c1) + scaled(c, c2);
    const P o1 = scaled(p, s1) + scaled(q, s2) + scaled(r, s3);
    const P o2 = scaled(p, s2) - scaled(q, s3) - scaled(r, s1);
    const P o3 = scaled(p, s3) - scaled(q, s1) + scaled(r, s2);
    x[0] = x[0] + a + b + c;
    x[1] = e1 + o1, x[6] = e1 - o1;
    x[2] = e2 + o2, x[5] = e2 - o2;
    x[3] = e3 + o3, x[4] = e3 - o3;
  }
};

template <> struct Butterfly<8> {
  template <class P> static GL_HD inline void run(P* x) {
    const double h = 0.70710678118654752440;
    P even[4] = {x[0] + x[4], x[1] + x[5], x[2] + x[6], x[3] + x[7]};
    const P b = x[1] - x[5], d = x[3] - x[7];
    P odd[4] = {x[0] - x[4], scaled(P{b.re + b.im, b.im - b.re}, h), turned(x[2] - x[6]),
                    scaled(P{d.im - d.re, -d.re - d.im}, h)};
    Butterfly<4>::run(even);
    Butterfly<4>::run(odd);
    for (int k = 0; k < 4; k++) x[2 * k] = even[k], x[2 * k + 1] = odd[k];
  }
};

// Points q.. of a run: R of them, `gap` apart, are transformed, turned by their twiddles and put `s` apart.
template <int R, class V, bool turn>
GL_FN void together(const double* ar, const double* ai, double* br, double* bi, int64_t gap, int64_t s, const double* wr,
                    const double* wi) {
  Point<V> x[R];
  for (int k = 0; k < R; k++) x[k] = {load<V>(ar + k * gap), load<V>(ai + k * gap)};
  Butterfly<R>::run(x);
  store(br, x[0].re), store(bi, x[0].im);
  for (int k = 1; k < R; k++) {
    const Point<V> z = turn ? times(x[k], wr[k], wi[k]) : x[k];
    store(br + k * s, z.re), store(bi + k * s, z.im);
  }
}

template <int R, bool turn>
GL_FN void run(const double* __restrict ar, const double* __restrict ai, double* __restrict br, double* __restrict bi,
               int64_t gap, int64_t s, const double* wr, const double* wi) {
  int64_t q = 0;
  for (; q + kLanes <= s; q += kLanes) together<R, Lanes, turn>(ar + q, ai + q, br + q, bi + q, gap, s, wr, wi);
  for (; q < s; q++) together<R, double, turn>(ar + q, ai + q, br + q, bi + q, gap, s, wr, wi);
}

// The first pass of a single transform, where runs have one point: vectors lie along the twiddles.
template <int R, class V>
GL_FN void alone(const double* __restrict xr, const double* __restrict xi, double* __restrict yr, double* __restrict yi,
                 const double* __restrict wr, const double* __restrict wi, int64_t m) {
  constexpr int lanes = sizeof(V) / sizeof(double);
  Point<V> x[R];
  for (int k = 0; k < R; k++) x[k] = {load<V>(xr + k * m), load<V>(xi + k * m)};
  Butterfly<R>::run(x);
  double re[R * lanes], im[R * lanes];
  store(re, x[0].re), store(im, x[0].im);
  for (int k = 1; k < R; k++) {
    const Point<V> z = times(x[k], load<V>(wr + (k - 1) * m), load<V>(wi + (k - 1) * m));
    store(re + k * lanes, z.re), store(im + k * lanes, z.im);
  }
  for (int p = 0; p < lanes; p++)
    for (int k = 0; k < R; k++) yr[R * p + k] = re[k * lanes + p], yi[R * p + k] = im[k * lanes + p];
}

// One pass: lengths of `n` in runs of `s` become lengths of n / R in runs of s * R. Twiddles: w^(p k) for k = 1..R-1 in
// rows of n / R.
template <int R>
void pass(const double* xr, const double* xi, double* yr, double* yi, const double* wr, const double* wi, int64_t n,
          int64_t s) {
  const int64_t m = n / R;
  if (s == 1) {
    int64_t p = 0;
    for (; p + kLanes <= m; p += kLanes) alone<R, Lanes>(xr + p, xi + p, yr + R * p, yi + R * p, wr + p, wi + p, m);
    for (; p < m; p++) alone<R, double>(xr + p, xi + p, yr + R * p, yi + R * p, wr + p, wi + p, m);
    return;
  }
  run<R, false>(xr, xi, yr, yi, m * s, s, nullptr, nullptr);
  for (int64_t p = 1; p < m; p++) {
    double ur[R], ui[R];
    for (int k = 1; k < R; k++) ur[k] = wr[(k - 1) * m + p], ui[k] = wi[(k - 1) * m + p];
    run<R, true>(xr + s * p, xi + s * p, yr + s * R * p, yi + s * R * p, m * s, s, ur, ui);
  }
}

// Any odd factor, by its definition; the points k and r - k share their products. `root` holds cos and sin of the
// multiples of the angle, `room` 4 r kRun numbers.
constexpr int64_t kRun = 16;

void passOf(int r, const double* __restrict xr, const double* __restrict xi, double* __restrict yr,
                  double* __restrict yi, const double* wr, const double* wi, int64_t n, int64_t s,
                  const double* root, double* __restrict room) {
  const int64_t m = n / r;
  const int half = (r - 1) / 2;
  double *sr = room, *si = sr + half * kRun, *dr = si + half * kRun, *di = dr + half * kRun;
  for (int64_t p = 0; p < m; p++) {
    for (int64_t q0 = 0; q0 < s; q0 += kRun) {
      const int64_t run = std::min(kRun, s - q0);
      const int64_t a = s * p + q0, b = s * r * p + q0;
      double zr[kRun], zi[kRun];
      for (int64_t q = 0; q < run; q++) zr[q] = xr[a + q], zi[q] = xi[a + q];
      for (int j = 1; j <= half; j++) {
        const double *ur = xr + a + j * m * s, *ui = xi + a + j * m * s;
        const double *vr = xr + a + (r - j) * m * s, *vi = xi + a + (r - j) * m * s;
        double *pr = sr + (j - 1) * kRun, *pi = si + (j - 1) * kRun, *mr = dr + (j - 1) * kRun, *mi = di + (j - 1) * kRun;
        for (int64_t q = 0; q < run; q++) {
          pr[q] = ur[q] + vr[q], pi[q] = ui[q] + vi[q];
          mr[q] = ur[q] - vr[q], mi[q] = ui[q] - vi[q];
        }
      }
      double tr[kRun], ti[kRun], er[kRun], ei[kRun];
      for (int64_t q = 0; q < run; q++) tr[q] = zr[q], ti[q] = zi[q];
      for (int j = 0; j < half; j++)
        for (int64_t q = 0; q < run; q++) tr[q] += sr[j * kRun + q], ti[q] += si[j * kRun + q];
      for (int64_t q = 0; q < run; q++) yr[b + q] = tr[q], yi[b + q] = ti[q];
      for (int k = 1; k <= half; k++) {
        for (int64_t q = 0; q < run; q++) tr[q] = zr[q], ti[q] = zi[q], er[q] = 0, ei[q] = 0;
        int at = 0;
        for (int j = 0; j < half; j++) {
          at += k;
          if (at >= r) at -= r;
          const double c = root[2 * at], d = root[2 * at + 1];
          for (int64_t q = 0; q < run; q++) {
            tr[q] += c * sr[j * kRun + q];
            ti[q] += c * si[j * kRun + q];
            er[q] += d * di[j * kRun + q];
            ei[q] -= d * dr[j * kRun + q];
          }
        }
        const Point<double> w = p == 0 ? Point<double>{1, 0} : Point<double>{wr[(k - 1) * m + p], wi[(k - 1) * m + p]};
        const Point<double> v = p == 0 ? Point<double>{1, 0} : Point<double>{wr[(r - k - 1) * m + p], wi[(r - k - 1) * m + p]};
        for (int64_t q = 0; q < run; q++) {
          const Point<double> x = times(Point<double>{tr[q] + er[q], ti[q] + ei[q]}, w.re, w.im);
          const Point<double> y = times(Point<double>{tr[q] - er[q], ti[q] - ei[q]}, v.re, v.im);
          yr[b + k * s + q] = x.re, yi[b + k * s + q] = x.im;
          yr[b + (r - k) * s + q] = y.re, yi[b + (r - k) * s + q] = y.im;
        }
      }
    }
  }
}

// Points of a run times those of another: x *= w.
void multiply(double* __restrict xr, double* __restrict xi, const double* __restrict wr, const double* __restrict wi,
                    int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const Point<double> z = times(Point<double>{xr[i], xi[i]}, wr[i], wi[i]);
    xr[i] = z.re, xi[i] = z.im;
  }
}

void onePass(int r, const double* xr, const double* xi, double* yr, double* yi, const double* wr, const double* wi,
             int64_t n, int64_t s, const double* root, double* room) {
  switch (r) {
    case 2: return pass<2>(xr, xi, yr, yi, wr, wi, n, s);
    case 3: return pass<3>(xr, xi, yr, yi, wr, wi, n, s);
    case 4: return pass<4>(xr, xi, yr, yi, wr, wi, n, s);
    case 5: return pass<5>(xr, xi, yr, yi, wr, wi, n, s);
    case 7: return pass<7>(xr, xi, yr, yi, wr, wi, n, s);
    case 8: return pass<8>(xr, xi, yr, yi, wr, wi, n, s);
    default: return passOf(r, xr, xi, yr, yi, wr, wi, n, s, root, room);
  }
}

}  // namespace

void fillFft(Kernels& k) {
  k.fftPass = onePass;
  k.fftMultiply = multiply;
}

}  // namespace GL_ISA
}  // namespace gl
