import type { Subject } from '../subject.ts'

export const subject: Subject = {
  blueprint: 'django',
  cloud: 'alicloud',
  answers: { 'machine.count': '2' },
  secrets: {
    STACKWRIGHT_DATABASE_PASSWORD: 'Giv3n-Database_Pw',
    STACKWRIGHT_MACHINE_PASSWORD: 'Giv3n-Machine_Pw',
    STACKWRIGHT_APP_SECRET_KEY: 'g1ven-django-secret-key-that-is-long-enough-0123456789',
  },
  secretAnswers: { 'machine.login': 'password' },
  machines: ['machine.count'],
  interruptedAt: ['CreateVSwitch', 'RunInstances', 'RunCommand'],
}
