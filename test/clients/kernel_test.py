"""Jupyter's own tests for kernels (jupyter_kernel_test) with our kernel, all of them.

Prints one JSON object: for each test `ok`, or what went wrong. A test that skips itself, because a sample is missing
below, counts as wrong.
"""

import io
import json
import sys
import unittest

import jupyter_kernel_test


class GradlabTests(jupyter_kernel_test.KernelTests):
    kernel_name = 'gradlab'
    language_name = 'typescript'
    file_extension = '.ts'
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('a warning')"
    completion_samples = [
        {'text': "'abc'.startsW", 'matches': ['startsWith']},
        {'text': 'np.lins', 'matches': ['linspace']},
    ]
    complete_code_samples = ['1', 'const a = [1, 2]', 'for (const x of [1]) { print(x) }', 'np.dot?']
    incomplete_code_samples = ['for (const x of [1]) {', 'const text = `one', 'print(1,', '/* open']
    invalid_code_samples = ['const import = 7q', ')', "'open"]
    code_page_something = 'np.dot?'
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {'code': '6 * 7', 'result': '42'},
        {'code': 'np.arange(3) * 2', 'result': 'array([0, 2, 4])'},
        {'code': 'html`<b>bold</b>`', 'mime': 'text/html', 'result': '<b>bold</b>'},
    ]
    code_display_data = [
        {'code': "display('text')", 'mime': 'text/plain'},
        {'code': 'display(html`<i>now</i>`)', 'mime': 'text/html'},
        {'code': 'display(markdown`# title`)', 'mime': 'text/markdown'},
        {'code': 'display(plot.plot([1, 2, 3]))', 'mime': 'application/vnd.plotly.v1+json'},
    ]
    code_history_pattern = '6?*7'
    supported_history_operations = ('tail', 'range', 'search')
    code_inspect_sample = 'np.dot'
    code_clear_output = 'clearOutput()'

    flushing = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        get_msg = cls.kc.iopub_channel.get_msg

        async def patient(timeout=None):
            # The tests give a message a tenth of a second, which a busy machine may not have.
            return await get_msg(timeout=timeout if cls.flushing else 15)

        cls.kc.iopub_channel.get_msg = patient

    def flush_channels(self):
        type(self).flushing = True
        super().flush_channels()
        type(self).flushing = False


class Outcomes(unittest.TextTestResult):
    def __init__(self, *args):
        super().__init__(*args)
        self.outcomes = {}

    def startTest(self, test):
        super().startTest(test)
        self.outcomes[test._testMethodName] = 'ok'

    def wrong(self, test, text):
        # A skipped subtest names itself; its test holds it.
        name = getattr(getattr(test, 'test_case', test), '_testMethodName', str(test))
        self.outcomes[name] = text

    def addError(self, test, err):
        self.wrong(test, self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self.wrong(test, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        self.wrong(test, 'skipped ' + reason)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.wrong(test, self._exc_info_to_string(err, test))


suite = unittest.defaultTestLoader.loadTestsFromTestCase(GradlabTests)
result = unittest.TextTestRunner(stream=io.StringIO(), resultclass=Outcomes).run(suite)
json.dump(result.outcomes, sys.stdout)
