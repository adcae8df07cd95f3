# Runs the handler as Chef does at the end of a run, with stand-ins for Chef: chef.rb ADDRESS TOKEN [failed] [why_run]
module Chef
  Config = { why_run: ARGV.include?('why_run') }.freeze

  module Log
    def self.warn(words)
      Kernel.warn(words)
    end
  end

  class Handler
    attr_reader :run_status

    def run_report_safely(run_status)
      @run_status = run_status
      report
    end

    def node
      run_status.node
    end
  end
end

require 'ostruct'
require_relative '../../integrations/chef/shiplog_handler'

node = OpenStruct.new(
  name: 'web1', policy_name: 'shop', policy_group: 'production', chef_environment: '_default',
  automatic_attrs: { 'policy_revision' => '4f1c2d9ab0e3', 'password' => 'hunter2' },
  cookbooks: { 'shop' => { version: '1.4.2' } }, password: 'hunter2'
)
failed = ARGV.include?('failed')
status = OpenStruct.new(
  run_id: "run-#{Process.pid}", success?: !failed, exception: failed ? RuntimeError.new('hunter2') : nil, node: node,
  start_time: Time.now - 5, end_time: Time.now, all_resources: [1, 2, 3], updated_resources: [1]
)
ShiplogHandler.new(ARGV[0], token: ARGV[1]).run_report_safely(status)
