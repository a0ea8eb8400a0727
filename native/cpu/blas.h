// The Fortran symbols of BLAS and LAPACK that are used, and OpenBLAS's thread control.
#pragma once
#include <complex>

extern "C" {
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*, const int*,
            const double*, const int*, const double*, double*, const int*);
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*, const int*,
            const float*, const int*, const float*, float*, const int*);
// Complex matrices are passed as they lie in memory, real and imaginary parts in turns.
void zgemm_(const char*, const char*, const int*, const int*, const int*, const void*, const void*, const int*,
            const void*, const int*, const void*, void*, const int*);
void cgemm_(const char*, const char*, const int*, const int*, const int*, const void*, const void*, const int*,
            const void*, const int*, const void*, void*, const int*);
void dgemv_(const char*, const int*, const int*, const double*, const double*, const int*, const double*, const int*,
            const double*, double*, const int*);
void sgemv_(const char*, const int*, const int*, const float*, const float*, const int*, const float*, const int*,
            const float*, float*, const int*);
double ddot_(const int*, const double*, const int*, const double*, const int*);
float sdot_(const int*, const float*, const int*, const float*, const int*);

#define GL_LAPACK(p, T) \
  void p##gesv_(const int*, const int*, T*, const int*, int*, T*, const int*, int*); \
  void p##getrf_(const int*, const int*, T*, const int*, int*, int*); \
  void p##potrf_(const char*, const int*, T*, const int*, int*); \
  void p##geqrf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*); \
  void p##trsm_(const char*, const char*, const char*, const char*, const int*, const int*, const T*, const T*, \
                const int*, T*, const int*);
#define GL_LAPACK_REAL(p, T) \
  void p##gesdd_(const char*, const int*, const int*, T*, const int*, T*, T*, const int*, T*, const int*, T*, \
                 const int*, int*, int*); \
  void p##syevd_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, int*, const int*, int*); \
  void p##geev_(const char*, const char*, const int*, T*, const int*, T*, T*, T*, const int*, T*, const int*, T*, \
                const int*, int*); \
  void p##gelsd_(const int*, const int*, const int*, T*, const int*, T*, const int*, T*, const T*, int*, T*, \
                 const int*, int*, int*); \
  void p##orgqr_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, int*);
#define GL_LAPACK_COMPLEX(p, T, R) \
  void p##gesdd_(const char*, const int*, const int*, T*, const int*, R*, T*, const int*, T*, const int*, T*, \
                 const int*, R*, int*, int*); \
  void p##heevd_(const char*, const char*, const int*, T*, const int*, R*, T*, const int*, R*, const int*, int*, \
                 const int*, int*); \
  void p##geev_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, T*, const int*, T*, \
                const int*, R*, int*); \
  void p##gelsd_(const int*, const int*, const int*, T*, const int*, T*, const int*, R*, const R*, int*, T*, \
                 const int*, R*, int*, int*); \
  void p##ungqr_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, int*);
GL_LAPACK(d, double)
GL_LAPACK(s, float)
GL_LAPACK(z, std::complex<double>)
GL_LAPACK(c, std::complex<float>)
GL_LAPACK_REAL(d, double)
GL_LAPACK_REAL(s, float)
GL_LAPACK_COMPLEX(z, std::complex<double>, double)
GL_LAPACK_COMPLEX(c, std::complex<float>, float)
#undef GL_LAPACK
#undef GL_LAPACK_REAL
#undef GL_LAPACK_COMPLEX

void openblas_set_num_threads(int);
int openblas_get_num_threads(void);
}
