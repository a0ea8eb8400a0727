// The polynomials of elementary.h, by Chebyshev interpolation in 60 digits; each is named there. Part of kernels.h.

GL_FN double expSeries(double r) {
  double q = 0x1.af38a9b0ec855p-26;
  q = madd(q, r, 0x1.289185613a3d6p-22);
  q = madd(q, r, 0x1.71de0dae63bb3p-19);
  q = madd(q, r, 0x1.a019b90d2ae7ap-16);
  q = madd(q, r, 0x1.a01a01a7c41d5p-13);
  q = madd(q, r, 0x1.6c16c1788bd90p-10);
  q = madd(q, r, 0x1.11111111109b3p-7);
  q = madd(q, r, 0x1.5555555553d63p-5);
  q = madd(q, r, 0x1.5555555555556p-3);
  return madd(q, r, 0x1.0000000000001p-1);
}
GL_FN float expSeries(float r) {
  float q = 0x1.6d110ap-10f;
  q = madd(q, r, 0x1.120b6ep-7f);
  q = madd(q, r, 0x1.55551ap-5f);
  q = madd(q, r, 0x1.5554dcp-3f);
  return madd(q, r, 0x1.0p-1f);
}
GL_FN double logSeries(double z) {
  double q = 0x1.2b5900de53b32p-3;
  q = madd(q, z, 0x1.39fe51a7c18f9p-3);
  q = madd(q, z, 0x1.7462b51cb66b1p-3);
  q = madd(q, z, 0x1.c71c62e3f11e6p-3);
  q = madd(q, z, 0x1.2492492df281ap-2);
  q = madd(q, z, 0x1.99999999952d7p-2);
  return madd(q, z, 0x1.5555555555558p-1);
}
GL_FN float logSeries(float z) {
  float q = 0x1.ddcf72p-3f;
  q = madd(q, z, 0x1.245c40p-2f);
  q = madd(q, z, 0x1.9999ecp-2f);
  return madd(q, z, 0x1.555556p-1f);
}
GL_FN double sineSeries(double z) {
  double q = -0x1.ab161757f0c63p-41;
  q = madd(q, z, 0x1.61217c1864fa1p-33);
  q = madd(q, z, -0x1.ae64540f0ba18p-26);
  q = madd(q, z, 0x1.71de3a545e700p-19);
  q = madd(q, z, -0x1.a01a01a019926p-13);
  q = madd(q, z, 0x1.1111111111110p-7);
  return madd(q, z, -0x1.5555555555555p-3);
}
GL_FN float sineSeries(float z) {
  float q = 0x1.6dbbeep-19f;
  q = madd(q, z, -0x1.a013a2p-13f);
  q = madd(q, z, 0x1.11110ep-7f);
  return madd(q, z, -0x1.555556p-3f);
}
GL_FN double cosineSeries(double z) {
  double q = -0x1.907c0e63adbb6p-37;
  q = madd(q, z, 0x1.1eeb66b683028p-29);
  q = madd(q, z, -0x1.27e4fa15bd814p-22);
  q = madd(q, z, 0x1.a01a019f4d0edp-16);
  q = madd(q, z, -0x1.6c16c16c16960p-10);
  return madd(q, z, 0x1.5555555555555p-5);
}
GL_FN float cosineSeries(float z) {
  float q = 0x1.9bd67p-16f;
  q = madd(q, z, -0x1.6c12cep-10f);
  return madd(q, z, 0x1.555554p-5f);
}
GL_FN double arcTangentSeries(double z) {
  double q = -0x1.3a31b1c0fd3b7p-6;
  q = madd(q, z, 0x1.4162c02b1dda3p-5);
  q = madd(q, z, -0x1.a0999c632b6edp-5);
  q = madd(q, z, 0x1.dfe6497e96323p-5);
  q = madd(q, z, -0x1.10fa77b1a6d57p-4);
  q = madd(q, z, 0x1.3b1263064f6b9p-4);
  q = madd(q, z, -0x1.745d0b28a7e37p-4);
  q = madd(q, z, 0x1.c71c71853d7fap-4);
  q = madd(q, z, -0x1.2492492436201p-3);
  q = madd(q, z, 0x1.999999999934cp-3);
  return madd(q, z, -0x1.5555555555555p-2);
}
GL_FN float arcTangentSeries(float z) {
  float q = -0x1.08455ep-4f;
  q = madd(q, z, 0x1.b81030p-4f);
  q = madd(q, z, -0x1.242036p-3f);
  q = madd(q, z, 0x1.999730p-3f);
  return madd(q, z, -0x1.555554p-2f);
}
GL_FN double arcSineSeries(double z) {
  double q = 0x1.d72b2bc8155f8p-6;
  q = madd(q, z, -0x1.e6aaa8a0a04ccp-7);
  q = madd(q, z, 0x1.1d189408314eep-6);
  q = madd(q, z, 0x1.65a9c4dfcf8b2p-8);
  q = madd(q, z, 0x1.52420b04b37bep-7);
  q = madd(q, z, 0x1.782651caa6547p-7);
  q = madd(q, z, 0x1.c9cf07674736ap-7);
  q = madd(q, z, 0x1.1c4d35cf95421p-6);
  q = madd(q, z, 0x1.6e8bb1c8209a2p-6);
  q = madd(q, z, 0x1.f1c71c1db0623p-6);
  q = madd(q, z, 0x1.6db6db6e31f13p-5);
  q = madd(q, z, 0x1.3333333332ecap-4);
  return madd(q, z, 0x1.5555555555556p-3);
}
GL_FN float arcSineSeries(float z) {
  float q = 0x1.13fed4p-5f;
  q = madd(q, z, 0x1.18f91ep-6f);
  q = madd(q, z, 0x1.fd8da2p-6f);
  q = madd(q, z, 0x1.6d5bbap-5f);
  q = madd(q, z, 0x1.333430p-4f);
  return madd(q, z, 0x1.555554p-3f);
}
GL_FN double areaSineSeries(double z) {
  double q = 0x1.ee3fd77d44d42p-10;
  q = madd(q, z, -0x1.4733e5158e0e1p-8);
  q = madd(q, z, 0x1.f38921b605d54p-8);
  q = madd(q, z, -0x1.3a4aeece7e69cp-7);
  q = madd(q, z, 0x1.79b0dbdcdfc75p-7);
  q = madd(q, z, -0x1.c983b8d12e853p-7);
  q = madd(q, z, 0x1.1c4e072f36dc7p-6);
  q = madd(q, z, -0x1.6e8b9ab4638efp-6);
  q = madd(q, z, 0x1.f1c71c3bee026p-6);
  q = madd(q, z, -0x1.6db6db6d5b365p-5);
  q = madd(q, z, 0x1.3333333332f5fp-4);
  return madd(q, z, -0x1.5555555555555p-3);
}
GL_FN float areaSineSeries(float z) {
  float q = -0x1.d434b2p-7f;
  q = madd(q, z, 0x1.d79732p-6f);
  q = madd(q, z, -0x1.6c98ecp-5f);
  q = madd(q, z, 0x1.332ed2p-4f);
  return madd(q, z, -0x1.555552p-3f);
}
GL_FN double errorSeries(double z) {
  double q = -0x1.ac9585a44fe29p-31;
  q = madd(q, z, 0x1.d76af6ca49787p-27);
  q = madd(q, z, -0x1.5c131500d3f88p-23);
  q = madd(q, z, 0x1.b981d78881a5dp-20);
  q = madd(q, z, -0x1.f4ca838adb73bp-17);
  q = madd(q, z, 0x1.f9a2be4f731a1p-14);
  q = madd(q, z, -0x1.c02db0665e53dp-11);
  q = madd(q, z, 0x1.565bccfa44156p-8);
  q = madd(q, z, -0x1.b82ce31203772p-6);
  q = madd(q, z, 0x1.ce2f21a040f66p-4);
  q = madd(q, z, -0x1.812746b0379c1p-2);
  return madd(q, z, 0x1.06eba8214db68p-3);
}
GL_FN float errorSeries(float z) {
  float q = 0x1.4a5690p-14f;
  q = madd(q, z, -0x1.a45088p-11f);
  q = madd(q, z, 0x1.541270p-8f);
  q = madd(q, z, -0x1.b7fabap-6f);
  q = madd(q, z, 0x1.ce2d10p-4f);
  q = madd(q, z, -0x1.81273ep-2f);
  return madd(q, z, 0x1.06eba8p-3f);
}
GL_FN double errorTail(double t) {
  double q = -0x1.aa2d5ed17d342p-20;
  q = madd(q, t, -0x1.2bb032d568ee0p-19);
  q = madd(q, t, 0x1.f74c7792ffaecp-18);
  q = madd(q, t, 0x1.38006c5e8491ep-16);
  q = madd(q, t, -0x1.1eafcc284801bp-15);
  q = madd(q, t, -0x1.0e4525f30bfc3p-13);
  q = madd(q, t, 0x1.def28f2749997p-13);
  q = madd(q, t, 0x1.cb3b5c1d1aec7p-11);
  q = madd(q, t, -0x1.5a5716b1b771fp-9);
  q = madd(q, t, -0x1.05bb2fdf6af31p-8);
  q = madd(q, t, 0x1.470ba1f67a1a9p-5);
  q = madd(q, t, -0x1.0011543717910p-3);
  q = madd(q, t, 0x1.01c11a735cd90p-2);
  q = madd(q, t, -0x1.7ca88dec2179fp-2);
  return madd(q, t, 0x1.afbb3f3b7343bp-3);
}
GL_FN float errorTail(float t) {
  float q = -0x1.986692p-9f;
  q = madd(q, t, -0x1.053fdcp-8f);
  q = madd(q, t, 0x1.476364p-5f);
  q = madd(q, t, -0x1.000fd2p-3f);
  q = madd(q, t, 0x1.01c0d8p-2f);
  q = madd(q, t, -0x1.7ca892p-2f);
  return madd(q, t, 0x1.afbb40p-3f);
}
GL_FN double logTail(double z) {
  double q = 0x1.e02d197c00c78p-4;
  q = madd(q, z, 0x1.df7ce9a6bcccbp-4);
  q = madd(q, z, 0x1.1118c74823a2ep-3);
  q = madd(q, z, 0x1.3b1395d4f9e5fp-3);
  q = madd(q, z, 0x1.745d177a8f200p-3);
  q = madd(q, z, 0x1.c71c71c6eaa8dp-3);
  q = madd(q, z, 0x1.2492492492521p-2);
  return madd(q, z, 0x1.999999999999ap-2);
}
GL_FN double rootSeries(double t) {
  double q = 0x1.49ddc1b060192p-7;
  q = madd(q, t, -0x1.14ecd4f051b8ap-6);
  q = madd(q, t, 0x1.93e73d17195b0p-6);
  q = madd(q, t, -0x1.6bca9cad07186p-5);
  q = madd(q, t, 0x1.616d5d2c2797fp-4);
  q = madd(q, t, -0x1.8d98f67c505c5p-3);
  return madd(q, t, 0x1.bf45f04cef0b9p-1);
}
GL_FN float rootSeries(float t) {
  float q = -0x1.8e66e8p-5f;
  q = madd(q, t, 0x1.7cec06p-4f);
  q = madd(q, t, -0x1.8d52f4p-3f);
  return madd(q, t, 0x1.bf2a1ep-1f);
}
