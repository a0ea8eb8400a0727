// The Fortran symbols of BLAS and LAPACK that are used, and OpenBLAS's thread control.
#pragma once

extern "C" {
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*, const int*,
            const double*, const int*, const double*, double*, const int*);
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*, const int*,
            const float*, const int*, const float*, float*, const int*);
void dgemv_(const char*, const int*, const int*, const double*, const double*, const int*, const double*, const int*,
            const double*, double*, const int*);
void sgemv_(const char*, const int*, const int*, const float*, const float*, const int*, const float*, const int*,
            const float*, float*, const int*);
double ddot_(const int*, const double*, const int*, const double*, const int*);
float sdot_(const int*, const float*, const int*, const float*, const int*);

#define GL_LAPACK(p, T) \
  void p##gesdd_(const char*, const int*, const int*, T*, const int*, T*, T*, const int*, T*, const int*, T*, \
                 const int*, int*, int*); \
  void p##syevd_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, int*, const int*, int*); \
  void p##gesv_(const int*, const int*, T*, const int*, int*, T*, const int*, int*); \
  void p##getrf_(const int*, const int*, T*, const int*, int*, int*); \
  void p##getri_(const int*, T*, const int*, const int*, T*, const int*, int*); \
  void p##potrf_(const char*, const int*, T*, const int*, int*); \
  void p##geqrf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*); \
  void p##orgqr_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, int*);
GL_LAPACK(d, double)
GL_LAPACK(s, float)
#undef GL_LAPACK

void openblas_set_num_threads(int);
int openblas_get_num_threads(void);
}
