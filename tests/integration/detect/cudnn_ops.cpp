// A part of cuDNN 9.10.2, as far as parts know each other: the number that libcudnn_ops.so.9 of that version exports.
extern "C" {
extern const unsigned int cudnn_ops_version;
const unsigned int cudnn_ops_version = 0x090a02;
}
